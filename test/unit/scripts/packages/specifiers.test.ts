import { expect, test } from 'vitest';
import { builtSpecifiers } from '../../../../scripts/packages/specifiers.ts';

test.each([
  ["import { a } from './table.ts';", "import { a } from './table.js';"],
  ["import '../polyfill.ts';", "import '../polyfill.js';"],
  ['export type { A } from "./types.ts";', 'export type { A } from "./types.js";'],
  ["const { b } = await import('./b.ts');", "const { b } = await import('./b.js');"],
  ["new Worker(new URL('./worker.ts', import.meta.url))", "new Worker(new URL('./worker.js', import.meta.url))"],
  ["declare const c: import('./c.ts').C;", "declare const c: import('./c.js').C;"],
  ["import { d } from '#src/noise/d.ts';", "import { d } from '../noise/d.js';"],
  ["import { e } from '#src/model/e.ts';", "import { e } from './e.js';"],
])('%s is built as %s', (source, built) => {
  expect(builtSpecifiers(source, 'model/index.js')).toBe(built);
});

test('names of packages, of other files, and words of sentences stay', () => {
  const text =
    "import tf from '@tensorflow/tfjs';\nconst note = 'from table.ts';\nnew URL('../page/index.html', import.meta.url);";
  expect(builtSpecifiers(text, 'index.js')).toBe(text);
});
