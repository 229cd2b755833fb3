// The flavours to compare: the two that ship, and one more that only this measurement knows: masks in memory as in `relaxed`, but the plain
// swizzle of `const`.
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const root = fileURLToPath(new URL('../..', import.meta.url));

export async function flavours(): Promise<Record<string, string>> {
  await buildMem();
  const base64 = (name: string) => readFileSync(`${root}build/${name}.wasm`).toString('base64');
  return { const: base64('const'), relaxed: base64('relaxed'), mem: base64('engines/mem') };
}

async function buildMem(): Promise<void> {
  const { error, stderr } = await asc.main(
    ['--config', 'asconfig.json', '--target', 'relaxed', '--baseDir', root, '--outFile', 'build/engines/mem.wasm'],
    {
      readFile: async (file, folder) => {
        const text = await readFile(resolve(folder, file), 'utf8').catch(() => null);
        return file.endsWith('generated/relaxed.ts') ? (text?.replaceAll('relaxed_swizzle', 'swizzle') ?? null) : text;
      },
    },
  );
  if (error !== null) throw new Error(`asc: ${error.message}\n${stderr.toString()}`);
}
