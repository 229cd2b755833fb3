// Wasm is rebuilt when its inputs changed, before any test: no run sees a stale one.
import type { TestProject } from 'vitest/node';
import { asbuild } from '../scripts/asbuild.mjs';

export default async function setup(project: TestProject): Promise<void> {
  await asbuild();
  project.onTestsRerun(() => asbuild());
}
