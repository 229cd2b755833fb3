// All state machines and timers as Markdown: docs/STATES.md is what this prints.
import { machineAsMarkdown, timersAsMarkdown } from '../auth/diagram.js';
import { AUTH_MACHINE, TEK_MACHINE } from '../auth/index.js';
import { ENTRY_MACHINE, SERVICE_MACHINE } from './machines.js';

const HEAD = `# State machines and timers

Printed from the tables in \`bindings/auth\` (\`authorization.ts\`, \`tek.ts\`, \`timers.ts\`) and \`bindings/entry/machines.ts\` by
\`npx tsx scripts/state-docs.ts\`; a test compares the two. One interpreter, \`bindings/auth/fsm.ts\`, runs them all.
`;

export function statesAsMarkdown(): string {
  const machines = [ENTRY_MACHINE, SERVICE_MACHINE, AUTH_MACHINE, TEK_MACHINE];
  return [HEAD, ...machines.map(machineAsMarkdown), timersAsMarkdown()].join('\n');
}
