/** Every view has the same words for what a network predicts, and they fit the loaded model. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PREDICTION_TYPES } from '@onnoise/scheduler';
import { expect, it } from 'vitest';
import { predictedQuantity, stepWords } from '#site/components/prediction-words.ts';

const SITE = join(import.meta.dirname, '../../../../site');

it('stepWords names what the network predicts, and nothing before a model is there', () => {
  expect(stepWords('v_prediction')).toBe(
    'and predicts the velocity v, a mixture of noise and picture, which gives an estimate of the clean picture,',
  );
  expect(stepWords('flow_prediction')).toMatch(/^and predicts the velocity u, a mixture of noise and picture, which/);
  expect(stepWords('epsilon')).toBe('and predicts the noise ε, which gives an estimate of the clean picture,');
  expect(stepWords('sample')).toBe('and predicts the clean picture x₀. This estimate is');
  expect(stepWords(null)).toBe('and gives an estimate of the clean picture,');
});

it('every prediction type has its words', () => {
  expect(new Set(PREDICTION_TYPES.map(predictedQuantity)).size).toBe(PREDICTION_TYPES.length);
});

it('no other file of the page says what is predicted', async () => {
  const files = (await readdir(SITE, { recursive: true })).filter((file) => /\.tsx?$/.test(file));
  const elsewhere: string[] = [];
  for (const file of files.filter((file) => !file.endsWith('prediction-words.ts'))) {
    const code = (await readFile(join(SITE, file), 'utf8')).replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
    if (/\bpredicts?\b (?!=)|the (noise|velocity)\b.*\bpredict/.test(code)) elsewhere.push(file);
  }
  expect(elsewhere).toEqual([]);
});
