import type { ConditionImage } from '@onnoise/scheduler/model';
import { expect, it } from 'vitest';
import { encodeDrawing } from '#site/views/sample/masks/mask.ts';
import { UNTOLD } from '#site/views/sample/state/fields.ts';
import { check, DEFAULTS, fitDraft, type Limits } from '#site/views/sample/state/parameters.ts';

const limits = (conditionImage?: ConditionImage, nullCondition = false): Limits => ({
  timesteps: 100,
  classes: 0,
  conditions: [],
  conditionImage,
  nullCondition,
});
const MASK = { shape: [3, 4, 4] as const, mask: { classes: ['background', 'bone', 'flesh'] } };
const [MASKED, FREE, PICTURED] = [limits(MASK), limits(MASK, true), limits({ shape: [1, 4, 4] })];
const TEXT = encodeDrawing(
  Uint8Array.from({ length: 16 }, (_, i) => i % 3),
  { width: 4, height: 4, classes: 3 },
)!;
const asked = (drawing: string, allowed: Limits, brought = {}) =>
  check({ ...DEFAULTS, drawing }, allowed, { picture: false, mask: false, ...brought });

it.each<[string, Limits, string]>([
  [UNTOLD, MASKED, 'This model makes no picture without a drawing: choose it.'],
  [UNTOLD, PICTURED, 'This model makes no picture without a picture: choose it.'],
  ['', PICTURED, 'Choose the picture that the network is to be told.'],
  ['AAAA', MASKED, 'The link’s drawing is none of 4 × 4 pixels in 3 classes, as this model takes them. Draw another.'],
  [TEXT, PICTURED, 'This model takes a picture, and no drawing.'],
  [TEXT, limits(), 'This model takes no drawing.'],
  [
    '',
    limits({ shape: [4, 4, 4] }),
    'This model is told a picture of 4 channels, and files of pictures are gray or in colour.',
  ],
])('the drawing %j is refused: %o', (drawing, allowed, sentence) => {
  expect(asked(drawing, allowed)).toEqual({ problems: { drawing: sentence } });
});

it('a drawing is left where it fits another model, and given up where it does not', () => {
  const fitted = (drawing: string, to: Limits) => fitDraft({ ...DEFAULTS, drawing }, to).drawing;
  expect([fitted(TEXT, MASKED), fitted(TEXT, PICTURED)]).toEqual([TEXT, '']);
  expect([fitted(UNTOLD, MASKED), fitted(UNTOLD, FREE)]).toEqual(['', UNTOLD]);
});
