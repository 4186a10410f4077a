/** Launchers are plain JavaScript, so no compiler sees that a name which they import is there. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const LAUNCHERS = [
  'pipeline/bin/pipeline.mjs',
  'phantom/bin/phantom.mjs',
  'training/bin/step-part.mjs',
  'training/bin/tfjs-engine.mjs',
  'runtime-node/bin/engine.mjs',
  'runtime-node/bin/batch-part.mjs',
];

it.each(LAUNCHERS)('%s imports names that are exported', (path) => {
  const source = readFileSync(join(ROOT, path), 'utf8');
  const imports = [...source.matchAll(/const \{ (\w+) \} = await import\('(\.[^']+)'\)/g)];
  expect(imports.length).toBeGreaterThan(0);
  for (const [, name, file] of imports) {
    const module = readFileSync(join(ROOT, dirname(path), file!), 'utf8');
    expect(module, `${file} exports ${name}`).toMatch(new RegExp(`^export (async )?(function|const) ${name}\\b`, 'm'));
  }
});
