/** The classes of DICOM files of pictures, and what these say of sizes, values and the body. */
import { parseDicom } from 'dicom-parser';
import { describe, expect, it } from 'vitest';
import type { Modality } from '#base/dicom/modalities.ts';
import { openDicom } from '#medical/dicom/pictures.ts';
import { decimal } from '#medical/synthetic/decimal.ts';
import { encodeSyntheticDicom } from '#medical/synthetic/dicom.ts';
import type { PictureFacts } from '#medical/synthetic/picture.ts';

const EIGHT = Uint8Array.from({ length: 15 }, (_, i) => 17 * i);
const SIXTEEN = Uint16Array.from({ length: 15 }, (_, i) => 4001 * i);
const HU = { black: -160, white: 240, unit: 'HU' } as const;

function bytesOf(modality: Modality, facts: PictureFacts = {}, data: Uint8Array | Uint16Array = EIGHT, seed = '7') {
  const picture = { data, width: 5, height: 3, channels: 1 } as const;
  return encodeSyntheticDicom(picture, { model: 'm', hash: 'ab'.repeat(32), seed }, modality, facts);
}

const read = (...given: Parameters<typeof bytesOf>) => parseDicom(bytesOf(...given));

const classOf = (...given: Parameters<typeof bytesOf>) =>
  read(...given)
    .string('x00080016')!
    .split('.')
    .at(-1);

describe('the class of a file', () => {
  it('is that of its modality where the model knows what it demands', () => {
    const known = { spacing: 0.7 };
    const classes = (['OT', 'CR', 'CT', 'DX', 'MR'] as const).map((modality) => [
      classOf(modality),
      classOf(modality, known),
      classOf(modality, { ...known, plane: 'coronal' }),
    ]);
    expect(classes).toEqual([
      ['7', '7', '7'],
      ['1', '1', '1'],
      ['7', '2', '7'],
      ['7', '7', '7'],
      ['7', '4', '7'],
    ]);
  });

  it('makes slices a series and a space each, and other pictures one series', () => {
    const uids = (modality: Modality, seed: string) => {
      const file = read(modality, { spacing: 1 }, EIGHT, seed);
      return ['x00080018', 'x0020000d', 'x0020000e', 'x00200052', 'x00200011'].map((tag) => file.string(tag));
    };
    const [one, other] = [uids('CT', '7'), uids('CT', '8')];
    expect(one!.map((uid, i) => uid === other![i])).toEqual([false, true, false, false, false]);
    expect(new Set(one).size).toBe(5);
    const [cr, crOther] = [uids('CR', '7'), uids('CR', '8')];
    expect(cr.map((uid, i) => uid === crOther[i])).toEqual([false, true, true, true, true]);
    expect(cr[3]).toBeUndefined();
  });

  it('has its elements in order, and levels of 8 bits in words where it demands them', () => {
    const { elements } = read('MR', { spacing: 1, bodyPart: 'HEAD' });
    const tags = Object.keys(elements).filter((tag) => !tag.startsWith('x0002')); // which the reader puts behind
    expect(tags).toEqual([...tags].sort());
    const bits = (...given: Parameters<typeof bytesOf>) => {
      const file = read(...given);
      return [
        ...['x00280100', 'x00280101', 'x00280102'].map((tag) => file.uint16(tag)),
        file.elements.x7fe00010!.length,
      ];
    };
    expect(bits('CT', { spacing: 1 })).toEqual([16, 12, 11, 30]);
    expect(bits('CT', { spacing: 1 }, SIXTEEN)).toEqual([16, 16, 15, 30]);
    expect(bits('CT')).toEqual([8, 8, 7, 16]);
  });
});

describe('what a file says', () => {
  it.each([
    [EIGHT, 255, 257],
    [SIXTEEN, 65_535, 1],
  ])('of CT are values and a window that shows the same levels', async (data, white, factor) => {
    const file = read('CT', { spacing: 1, levels: HU }, data);
    const [slope, intercept] = ['x00281053', 'x00281052'].map((tag) => file.floatString(tag)!);
    expect(intercept).toBe(-160);
    expect(white * slope! + intercept!).toBeCloseTo(240, 6);
    expect(file.string('x00281054')).toBe('HU');
    const bytes = bytesOf('CT', { spacing: 1, levels: HU }, data);
    for await (const picture of openDicom(bytes, { window: 'dicom', frames: 'first', grayOnly: true }).pictures) {
      expect([...('pixels' in picture ? picture.pixels : [])].map((level) => level / factor)).toEqual([...data]);
    }
  });

  it('of CT without known values is of no unit, and of other modalities nothing', () => {
    const scale = (...given: Parameters<typeof bytesOf>) =>
      ['x00281052', 'x00281053', 'x00281054'].map((tag) =>
        read(...given)
          .string(tag)
          ?.trim(),
      );
    expect(scale('CT')).toEqual(['0', '1', 'US']);
    expect(scale('CT', { levels: { black: 0, white: 1 } })).toEqual(['0', decimal(1 / 255), 'US']);
    expect(scale('MR', { spacing: 1, levels: HU })).toEqual([undefined, undefined, undefined]);
  });

  it('of the body is what it is told, and a side only where there can be one', () => {
    const said = (bodyPart?: string) => {
      const { elements } = read('CR', { bodyPart });
      return [read('CR', { bodyPart }).string('x00180015')?.trim(), elements.x00200060?.length];
    };
    expect(said()).toEqual([undefined, 0]); // there, and empty
    expect(said('HAND')).toEqual(['HAND', 0]);
    expect(said('CHEST')).toEqual(['CHEST', undefined]);
    expect(read('OT').elements.x00180015).toBeUndefined();
  });

  it('changes its UID, so that no two files of one UID differ', () => {
    const facts: PictureFacts[] = [{}, { spacing: 1 }, { spacing: 2 }, { levels: HU }, { bodyPart: 'HAND' }];
    expect(new Set(facts.map((one) => read('CT', one).string('x00080018'))).size).toBe(facts.length);
    expect(read('CT', { spacing: 0.7 }).string('x00280030')).toBe('0.7\\0.7');
  });
});

describe('decimal', () => {
  it.each([0.1, 1 / 3, -1 / 3, 400 / 65_535, -1.23456789012345e-7, 1e21 / 7, 5e-324, -1e308 / 3])(
    'writes %d in at most 16 characters',
    (value) => {
      const text = decimal(value);
      expect(text.length).toBeLessThanOrEqual(16);
      expect(Math.abs(Number(text) / value - 1)).toBeLessThan(1e-7);
    },
  );
});
