/** The sheet of phantoms against the program that draws them. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { LABEL } from '#base/pictures/phantom-label.ts';
import { phantomFile } from '#phantom/files.ts';
import { USUAL } from '#phantom/options.ts';
import {
  cutSheet,
  noticeOf,
  PHANTOM_NOTICE,
  type PhantomSheet,
  phantomPainter,
  placesByAge,
} from '#site/state/phantoms.ts';
import { toBytes } from '#site/state/pixels.ts';
import { HANDS, handsOf } from '#site/views/forward/state/hands.ts';

const FOLDER = join(import.meta.dirname, '../../../../site/public/hands');
/** Pictures of the set that models are trained on. */
const TRAINED_ON = 12_611;

const about = JSON.parse(await readFile(join(FOLDER, 'phantoms.json'), 'utf8')) as PhantomSheet & {
  seed: number;
  firstNumber: number;
};
const file = await readFile(join(FOLDER, about.sheet));
const { data } = await sharp(file).toColourspace('srgb').ensureAlpha().raw().toBuffer({ resolveWithObject: true });
const pixels = cutSheet(data, about);
const size = about.width * about.height;
const pictureAt = (place: number) => pixels.subarray(place * size, (place + 1) * size);

describe('a phantom that the page draws', () => {
  it.each([0, 17, 119])('is the one of the sheet, with its age and sex, in another size: %i', async (place) => {
    const draw = await phantomPainter();
    const { pixels: large, age, sex } = draw(about.seed, about.firstNumber + place, USUAL.size);
    expect([age, sex]).toEqual([about.conditions.boneage[place], about.classNames[about.labels[place]!]]);
    const raw = { width: USUAL.size, height: USUAL.size, channels: 1 } as const;
    const small = await sharp(large, { raw }).resize(64, 64, { fit: 'fill' }).toColourspace('b-w').raw().toBuffer();
    expect(Buffer.from(pictureAt(place)).equals(small)).toBe(true);
  });
});

describe('the sheet of phantoms', () => {
  it('says in the file and beside it what they are', async () => {
    expect([about.notice, PHANTOM_NOTICE]).toEqual([LABEL, LABEL]);
    expect([noticeOf({ trainedOn: 'phantoms' }), noticeOf({})]).toEqual([LABEL, undefined]);
    expect(String((await sharp(file).metadata()).exif)).toContain(LABEL);
  });

  it.each([0, 59, 119])(
    'holds the phantom whose number follows those that models are trained on: %i',
    async (place) => {
      expect(about.firstNumber).toBeGreaterThan(TRAINED_ON);
      const index = about.firstNumber + place - 1;
      const { bytes, row } = phantomFile({ ...USUAL, seed: about.seed, count: index + 1 }, index);
      const drawn = await sharp(bytes).resize(64, 64, { fit: 'fill' }).toColourspace('b-w').raw().toBuffer();
      expect(pictureAt(place)).toEqual(new Uint8Array(drawn));
      const male = about.classNames[about.labels[place]!] === 'male' ? 'True' : 'False';
      expect(row).toBe(`${index + 1},${about.conditions.boneage[place]},${male}`);
    },
  );

  it('has as many pictures as it says, none twice', () => {
    expect([about.labels.length, about.conditions.boneage.length]).toEqual([about.count, about.count]);
    expect(new Set(Array.from({ length: about.count }, (_, i) => pictureAt(i).join())).size).toBe(about.count);
  });
});

describe('the hands of the forward process', () => {
  it('are those nearest to an age, none twice', () => {
    const ages = { conditions: { boneage: [10, 50, 100, 52] } };
    expect(placesByAge(ages, [51, 51, 51, 0])).toEqual([1, 3, 0, 2]);
  });

  it('are named by age and sex', () => {
    const { notice, pictures } = handsOf({ ...about, pixels });
    expect(notice).toBe(LABEL);
    expect(pictures).toHaveLength(HANDS);
    for (const { title, picture } of pictures) {
      expect(title).toMatch(/^Hand, \d+ years?( \d+ months?)?, (fe)?male$/);
      expect(picture.shape).toEqual([1, 64, 64]);
    }
    const [{ picture }] = pictures as [(typeof pictures)[0]];
    const shown = toBytes(picture.x0).join();
    expect(Array.from({ length: about.count }, (_, i) => pictureAt(i).join())).toContain(shown);
  });
});
