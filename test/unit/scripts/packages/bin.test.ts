import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { repositoryFiles } from '#test/repository.ts';
import { builtBin } from '../../../../scripts/packages/bin.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..', '..');
const scripts = repositoryFiles().filter((file) => /^[\w-]+\/bin\/[\w-]+\.mjs$/.test(file));

test.each(scripts)('%s is published without what loads TypeScript', (file) => {
  const source = readFileSync(join(ROOT, file), 'utf8');
  const built = builtBin(source);
  expect(built).not.toMatch(/tsx|register|\.ts'/);
  expect(built).not.toContain('\n\n\n');
  expect([...built.matchAll(/import\('/g)].length).toBe([...source.matchAll(/import\('(?!tsx)/g)].length);
});

test('what it imports from src is in dist', () => {
  expect(builtBin("const { main } = await import('../src/cli.ts');\n")).toBe(
    "const { main } = await import('../dist/cli.js');\n",
  );
});
