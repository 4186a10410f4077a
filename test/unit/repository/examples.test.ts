/** Code that users copy compiles: readmes of the packages, and `@example` of what they export. */
import { expect, test } from 'vitest';
import { collectExamples, compileExamples, examplesIn } from '../../../scripts/api/examples.ts';

test('code is found in readmes and in comments, with its line', () => {
  expect(examplesIn('a.md', '# A\n\n```ts\nlet a;\n```\n\n```sh\nls\n```\n')).toEqual([
    { file: 'a.md', line: 4, code: 'let a;\n' },
  ]);
  expect(examplesIn('a.ts', '/**\n * @example\n * ```ts\n * let a = {\n *   b: 1,\n * };\n * ```\n */\n')).toEqual([
    { file: 'a.ts', line: 4, code: 'let a = {\n  b: 1,\n};\n' },
  ]);
});

test('every package has an example, and all compile', { timeout: 120_000 }, async () => {
  const examples = await collectExamples();
  const folders = new Set(examples.map(({ file }) => file.split('/')[0]));
  expect([...folders].sort()).toEqual([
    'evaluation',
    'medical',
    'model-digits',
    'model-hands',
    'onnoise',
    'phantom',
    'pipeline',
    'runtime-node',
    'runtime-web',
    'scheduler',
    'server',
    'tracer',
    'training',
  ]);
  expect(await compileExamples(examples)).toBe('');
});
