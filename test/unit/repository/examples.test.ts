/** Code that users copy compiles: readmes of the packages, and `@example` of what they export. */
import { expect, test } from 'vitest';
import { collectExamples, compileExamples } from '../../../scripts/api/examples.ts';

test('every package has an example, and all compile', { tags: 'long', timeout: 120_000 }, async () => {
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
