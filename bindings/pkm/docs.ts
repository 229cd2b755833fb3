// The tables as Markdown: docs/PKM.md is what this prints.

import { STANDARD_ATTRIBUTES } from './attributes.js';
import { PROFILES } from './profiles.js';
import { PKM_REQ } from './standard.js';
import type { AttributeRow, LengthRule, MessageRow, Profile } from './table.js';

const DIGESTS: Readonly<Record<MessageRow['digest'], string>> = {
  none: '',
  hmac: 'HMAC-Digest',
  either: 'HMAC-Digest or CMAC-Digest',
  optional: '(HMAC-Digest or CMAC-Digest)',
};

const HEAD = `# PKM messages and attributes

Printed from the tables in \`bindings/pkm\` (\`attributes.ts\`, \`messages.ts\`, \`profiles.ts\`) by \`npx tsx scripts/pkm-docs.ts\`;
a test compares the two.

A management message is \`Type(1) | Code(1) | Identifier(1) | attributes\`, Type 9 (PKM-REQ, SS to BS) or 10 (PKM-RSP, BS to SS).
An attribute is \`type(1) | length | value\`: the length is one byte below 128, else 0x80 + k and k bytes, big-endian. The
digest, where there is one, is the last attribute and covers everything before it from the Type byte on.
`;

/** All of docs/PKM.md. */
export function tablesAsMarkdown(): string {
  const [first] = PROFILES;
  const sections = [HEAD, '## Messages\n', messageTable(first?.messages ?? [], first), '## Attributes\n'];
  sections.push('Lengths in bytes. `in`: the PKM codes in which the type has this meaning; else in all.\n');
  sections.push(attributeTable(STANDARD_ATTRIBUTES));
  for (const row of STANDARD_ATTRIBUTES.filter(
    ({ key }) => key === 'securityNegotiation' || key === 'pkmConfiguration',
  )) {
    sections.push(`### Inside ${row.name} (${row.type})\n`, attributeTable(row.nested?.rows ?? []));
  }
  for (const profile of PROFILES) {
    const own = profile.attributes.filter((row) => !STANDARD_ATTRIBUTES.includes(row));
    sections.push(`## Profile \`${profile.name}\`\n`, 'Besides all of the above:\n', attributeTable(own));
  }
  return sections.join('\n');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`;
  return line(head) + line(head.map(() => '---')) + rows.map(line).join('');
}

function messageTable(rows: readonly MessageRow[], profile: Profile | undefined): string {
  const name = (key: string) => profile?.attributes.find((row) => row.key === key)?.name ?? key;
  const place = ({ key, need }: MessageRow['parts'][number]) => {
    if (need === '0..1') return `(${name(key)})`;
    if (need === '1') return name(key);
    return `${name(key)} ×${need}`;
  };
  return table(
    ['code', 'message', 'type', 'attributes in order; (optional)', 'digest'],
    rows.map((row) => [
      `${row.code}`,
      row.name,
      row.types.map((type) => `${type} ${type === PKM_REQ ? 'REQ' : 'RSP'}`).join(', '),
      row.parts.map(place).join(', '),
      DIGESTS[row.digest],
    ]),
  );
}

function attributeTable(rows: readonly AttributeRow[]): string {
  return table(
    ['type', 'attribute', 'key', 'length', 'value', 'in'],
    rows.map((row) => [
      `${row.type}`,
      row.name,
      `\`${row.key}\``,
      lengthText(row.length) + (row.strict ? ', else unknown' : ''),
      valueText(row),
      row.codes?.join(', ') ?? '',
    ]),
  );
}

function lengthText(rule: LengthRule): string {
  return 'oneOf' in rule ? rule.oneOf.join(', ') : `${rule.min}..${rule.max}`;
}

function valueText(row: AttributeRow): string {
  if (row.nested !== undefined) {
    const { parts, rows } = row.nested;
    return `compound: ${parts.map(({ key, need }) => `${rows.find((r) => r.key === key)?.type} ×${need}`).join(', ')}`;
  }
  const words = Object.entries(row.values ?? {}).map(([value, word]) => `${value} ${word}`);
  return [row.format + (row.unit === undefined ? '' : `, ${row.unit}`), ...words].join('; ');
}
