import type { ConditionImage } from '@onnoise/scheduler/model';
import { describe, expect, it } from 'vitest';
import { encodeDrawing } from '#site/views/sample/masks/drawing-text.ts';
import { decodeLink, encodeLink } from '#site/views/sample/state/link.ts';
import { check, DEFAULTS, fitDraft, type Limits } from '#site/views/sample/state/parameters.ts';
import { drawWords, UNTOLD } from '#site/views/sample/state/told-picture.ts';

const MASKED: ConditionImage = { shape: [3, 4, 4], mask: { classes: ['background', 'bone', 'flesh'] } };
const PICTURED: ConditionImage = { shape: [1, 4, 4] };
const limits = (conditionImage?: ConditionImage, nullCondition = false): Limits => ({
  timesteps: 100,
  classes: 0,
  conditions: [],
  conditionImage,
  nullCondition,
});
const TEXT = encodeDrawing(
  Uint8Array.from({ length: 16 }, (_, i) => i % 3),
  { width: 4, height: 4, classes: 3 },
)!;
const nothing = { picture: false, mask: false };

describe('what the network is told', () => {
  it.each([
    ['a drawing of the page', '', limits(MASKED), { drawing: TEXT }, { kind: 'drawing', text: TEXT }],
    ['one that is too long for a link', '', limits(MASKED), { drawing: null }, { kind: 'drawing', text: undefined }],
    ['that of a link', TEXT, limits(MASKED), { drawing: null }, { kind: 'drawing', text: TEXT }],
    ['nothing, where the model can do without', UNTOLD, limits(MASKED, true), {}, { kind: 'none' }],
    ['a picture', '', limits(PICTURED), { told: true }, { kind: 'picture' }],
    ['nothing that the model would not take', UNTOLD, limits(), {}, undefined],
    ['nothing before the model is known', TEXT, { timesteps: 100, classes: 0 }, {}, undefined],
  ] as const)('is %s', (_, drawing, allowed, brought, told) => {
    const result = check({ ...DEFAULTS, drawing }, allowed, { ...nothing, ...brought });
    expect(result).toMatchObject({ parameters: {} });
    expect('parameters' in result && result.parameters.told).toEqual(told);
  });

  it.each([
    [
      'nothing, of a model that needs a drawing',
      UNTOLD,
      limits(MASKED),
      'This model makes no picture without a drawing: choose it.',
    ],
    [
      'nothing, of one that needs a picture',
      UNTOLD,
      limits(PICTURED),
      'This model makes no picture without a picture: choose it.',
    ],
    ['no picture', '', limits(PICTURED), 'Choose the picture that the network is to be told.'],
    [
      'a drawing of another form',
      'AAAA',
      limits(MASKED),
      'The link’s drawing is none of 4 × 4 pixels in 3 classes, as this model takes them. Draw another.',
    ],
    ['a drawing for a model of pictures', TEXT, limits(PICTURED), 'This model takes a picture, and no drawing.'],
    ['a drawing for a model that takes none', TEXT, limits(), 'This model takes no drawing.'],
    [
      'a picture of four channels',
      '',
      limits({ shape: [4, 4, 4] }),
      'This model is told a picture of 4 channels, and files of pictures are gray or in colour.',
    ],
  ] as const)('is wrong with %s', (_, drawing, allowed, sentence) => {
    expect(check({ ...DEFAULTS, drawing }, allowed, nothing)).toEqual({ problems: { drawing: sentence } });
  });

  it('goes into a link if it is short, and comes back', () => {
    for (const drawing of [TEXT, UNTOLD]) {
      const result = check({ ...DEFAULTS, drawing }, limits(MASKED, true), nothing);
      const query = encodeLink('parameters' in result ? result.parameters : expect.unreachable(), 'bones');
      expect(query.get('drawing')).toBe(drawing);
      const link = decodeLink(query)!;
      expect(link.problem).toBeUndefined();
      expect(check(link.draft, limits(MASKED, true), nothing)).toEqual(result);
    }
  });

  it('is left where it fits another model, and given up where it does not', () => {
    const draft = { ...DEFAULTS, drawing: TEXT };
    expect(fitDraft(draft, limits(MASKED))).toBe(draft);
    expect(fitDraft(draft, limits(PICTURED)).drawing).toBe('');
    expect(fitDraft({ ...DEFAULTS, drawing: UNTOLD }, limits(MASKED)).drawing).toBe('');
    expect(fitDraft({ ...DEFAULTS, drawing: UNTOLD }, limits(MASKED, true)).drawing).toBe(UNTOLD);
  });

  it('is named by the classes to draw', () => {
    const follows = 'Every picture follows the drawing.';
    expect(drawWords(['background', 'bone'])).toBe(`Put bone where you like. ${follows}`);
    expect(drawWords(['background', 'bone', 'flesh'])).toBe(`Put bone and flesh where you like. ${follows}`);
    expect(drawWords(['none', 'a', 'b', 'c'])).toBe(`Put a, b and the others where you like. ${follows}`);
  });
});
