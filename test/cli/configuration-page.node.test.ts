// docs/CONFIGURATION.md against the schema: its example is taken, and it names the fields that there are, no others.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { z } from 'zod';
import { configSchema, parseConfig } from '../../cli/config.js';

const page = readFileSync(new URL('../../docs/CONFIGURATION.md', import.meta.url), 'utf8');

/** Paths of all fields: `services[].said`. */
function fieldsOf(schema: z.core.$ZodType, path = ''): string[] {
  const { def } = schema._zod as { def: z.core.$ZodTypeDef };
  if (def.type === 'array') return fieldsOf((def as z.core.$ZodArrayDef).element, `${path}[]`);
  if (def.type === 'union') return (def as z.core.$ZodUnionDef).options.flatMap((option) => fieldsOf(option, path));
  if (def.type === 'default' || def.type === 'optional')
    return fieldsOf((def as z.core.$ZodOptionalDef).innerType, path);
  if (def.type !== 'object') return [];
  return Object.entries((def as z.core.$ZodObjectDef).shape).flatMap(([key, field]) => {
    const at = path === '' ? key : `${path}.${key}`;
    return [at, ...fieldsOf(field, at)];
  });
}

it('has an example that is taken', () => {
  const example = /```json\n(.*?)```/s.exec(page)?.[1] as string;
  expect(parseConfig(example)).toMatchObject({ crc: 'msb', services: [{ groupId: 5 }, { type: 'broadcast' }] });
});

it('names every field', () => {
  const named = page
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap((line) => {
      const [, names = '', meaning = ''] = line.split('|');
      const [first = '', ...more] = Array.from(names.matchAll(/`(.*?)`/g), ([, name]) => name as string);
      const parent = first.replace(/(\[\])?[^[]*$/, '$1');
      const within = /\{ (.*?) \}/.exec(meaning)?.[1]?.split(', ') ?? [];
      const list = first.endsWith('[]') ? first.slice(0, -2) : first;
      return [list, ...more.map((name) => parent + name), ...within.map((name) => `${first}.${name}`)];
    });
  const fields = fieldsOf(configSchema).map((path) => path.replace(/\[\]$/, ''));
  expect(named.sort()).toEqual([...new Set(fields)].sort());
});
