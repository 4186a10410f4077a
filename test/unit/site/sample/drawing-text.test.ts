import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeDrawing, encodeDrawing, LONGEST_DRAWING } from '#site/views/sample/masks/mask.ts';

const HAND = { width: 64, height: 64, classes: 9 };
const EMPTY = new Uint8Array(64 * 64);

describe('a drawing as text', () => {
  it('is read back as it was, in letters that an address needs not escape', () => {
    const forms = fc.record({
      width: fc.integer({ min: 1, max: 20 }),
      height: fc.integer({ min: 1, max: 20 }),
      classes: fc.integer({ min: 2, max: 64 }),
    });
    const drawings = forms.chain((form) => {
      const length = form.width * form.height;
      const pixels = fc.uint8Array({ minLength: length, maxLength: length, max: form.classes - 1 });
      return fc.record({ form: fc.constant(form), mask: pixels });
    });
    fc.assert(
      fc.property(drawings, ({ form, mask }) => {
        const text = encodeDrawing(mask, form)!;
        expect(text).toMatch(/^[\w-]+$/);
        expect(encodeURIComponent(text)).toBe(text);
        expect(decodeDrawing(text, form)).toEqual(mask);
      }),
    );
  });

  it('is none where every pixel differs from the next', () => {
    const noise = Uint8Array.from(EMPTY, (_, i) => (i * 7919 + (i >> 6) * 31) % 9);
    expect(encodeDrawing(noise, HAND)).toBeUndefined();
    expect(encodeDrawing(EMPTY, HAND)!.length, 'one run').toBeLessThan(6);
  });

  const text = encodeDrawing(EMPTY, HAND)!;
  it.each([
    ['nothing', ''],
    ['no base64', 'a b'],
    ['another size', encodeDrawing(new Uint8Array(16), { width: 4, height: 4, classes: 9 })!],
    ['too many pixels', text + text],
    ['a run without an end', '____'],
    ['runs of endless length', '_'.repeat(LONGEST_DRAWING - 4)],
    ['more than a link has', 'A'.repeat(LONGEST_DRAWING + 1)],
  ])('is refused if it is %s', (_, wrong) => {
    expect(decodeDrawing(wrong, HAND)).toBeUndefined();
  });
});
