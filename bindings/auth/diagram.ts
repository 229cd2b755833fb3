// A machine's table as Markdown: a Mermaid state diagram, the matrix of states × events, and its actions in words.
import type { MachineTable } from './fsm.js';
import { TIMERS, type TimerRow } from './timers.js';

type AnyMachine = MachineTable<string, string, string>;

export function machineAsMarkdown(given: unknown): string {
  const machine = given as AnyMachine;
  const { name, departures } = machine;
  const parts = [`## ${name} machine\n`, diagram(machine), '`–`: ignored.\n', matrix(machine), actions(machine)];
  if (departures.length > 0)
    parts.push(`Departures from the standard:\n\n${departures.map((d) => `- ${d}\n`).join('')}`);
  return parts.join('\n');
}

/** Edges of the same two states share an arrow. */
function diagram(machine: AnyMachine): string {
  const states = Object.keys(machine.states);
  const lines = ['```mermaid', 'stateDiagram-v2', ...states.map((s) => `  state "${machine.states[s]}" as ${s}`)];
  lines.push(`  [*] --> ${machine.start}`);
  for (const from of states) {
    const arrows = new Map<string, string[]>();
    for (const [event, { to }] of rowsOf(machine, from))
      arrows.set(to, [...(arrows.get(to) ?? []), numberOf(machine, event)]);
    for (const [to, events] of arrows) lines.push(`  ${from} --> ${to} : ${events.join(', ')}`);
  }
  return `${[...lines, '```'].join('\n')}\n`;
}

function matrix(machine: AnyMachine): string {
  const states = Object.keys(machine.states);
  const cell = (state: string, event: string) => {
    const found = machine.table[state]?.[event];
    if (found === undefined) return '–';
    const [letter] = (machine.states[found.to] ?? '').split(' ');
    return [`**${letter}**`, ...found.does.map((action) => `\`${action}\``)].join(' ');
  };
  const rows = Object.keys(machine.events).map((event) => [
    machine.events[event] ?? '',
    ...states.map((s) => cell(s, event)),
  ]);
  return table(['event', ...states.map((s) => machine.states[s] ?? '')], rows);
}

function actions(machine: AnyMachine): string {
  return table(
    ['action', ''],
    Object.entries(machine.actions).map(([action, words]) => [`\`${action}\``, words]),
  );
}

/** The table of timers. */
export function timersAsMarkdown(): string {
  const rows = Object.entries<TimerRow>(TIMERS).map(([key, { side, name, min, standard, max, lab }]) => [
    side,
    name,
    `\`${key}\``,
    ...[min, standard, max].map((n) => n.toLocaleString('en')),
    lab === min ? '' : `${lab}`,
  ]);
  return `## Timers\n\nIn seconds.\n\n${table(['', 'timer', 'key', 'min', 'default', 'max', 'min in a laboratory'], rows)}`;
}

function rowsOf(machine: AnyMachine, state: string) {
  return Object.entries(machine.table[state] ?? {}).flatMap(([event, t]) =>
    t === undefined ? [] : [[event, t] as const],
  );
}

/** The number of an event where it has one, else its words. */
function numberOf(machine: AnyMachine, event: string): string {
  const words = machine.events[event] ?? event;
  return /^\d+ /.test(words) ? (words.split(' ')[0] ?? words) : words;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`;
  return line(head) + line(head.map(() => '---')) + rows.map(line).join('');
}
