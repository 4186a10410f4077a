/** The sheet of phantoms against the program that draws them. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { LABEL } from '#base/pictures/phantom-label.ts';
import { phantomFile } from '#phantom/files.ts';
import { USUAL } from '#phantom/options.ts';
import { cutSheet, PHANTOM_NOTICE, type PhantomSheet, phantomPainter, placesByAge } from '#site/state/phantoms.ts';
import { HANDS, handsOf } from '#site/views/forward/state/state.ts';

const FOLDER = join(import.meta.dirname, '../../../../site/public/hands');
/** Pictures of the set that models are trained on. */
const TRAINED_ON = 12_611;

const about = JSON.parse(await readFile(join(FOLDER, 'phantoms.json'), 'utf8')) as PhantomSheet & {
  seed: number;
  firstNumber: number;
};
const file = await readFile(join(FOLDER, about.sheet));
const pixels = cutSheet(await sharp(file).toColourspace('srgb').ensureAlpha().raw().toBuffer(), about);
const size = about.width * about.height;
const small = (picture: ReturnType<typeof sharp>) =>
  picture.resize(64, 64, { fit: 'fill' }).toColourspace('b-w').raw().toBuffer();

it.each([0, 17, 59, 119])(
  'place %i has the phantom whose number follows those that models are trained on, drawn by files and by the page',
  async (place) => {
    const shown = Buffer.from(pixels.subarray(place * size, (place + 1) * size));
    const number = about.firstNumber + place;
    expect(about.firstNumber).toBeGreaterThan(TRAINED_ON);
    const { bytes, row } = phantomFile({ ...USUAL, seed: about.seed, count: number }, number - 1);
    const [months, of] = [about.conditions.boneage[place], about.classNames[about.labels[place]!]];
    expect(row).toBe(`${number},${months},${of === 'male' ? 'True' : 'False'}`);
    const { pixels: large, age, sex } = (await phantomPainter())(about.seed, number, USUAL.size);
    expect([age, sex]).toEqual([months, of]);
    const raw = { width: USUAL.size, height: USUAL.size, channels: 1 } as const;
    expect(shown.equals(await small(sharp(bytes)))).toBe(true);
    expect(shown.equals(await small(sharp(large, { raw })))).toBe(true);
  },
);

it('the sheet says in the file and beside it what they are', async () => {
  expect([about.notice, PHANTOM_NOTICE]).toEqual([LABEL, LABEL]);
  expect(String((await sharp(file).metadata()).exif)).toContain(LABEL);
});

it('hands are those nearest to an age, none twice, named by age and sex', () => {
  expect(placesByAge({ conditions: { boneage: [10, 50, 100, 52] } }, [51, 51, 51, 0])).toEqual([1, 3, 0, 2]);
  const { notice, pictures } = handsOf({ ...about, pixels });
  expect([notice, pictures.length]).toEqual([LABEL, HANDS]);
  for (const { title } of pictures) expect(title).toMatch(/^Hand, \d+ years?( \d+ months?)?, (fe)?male$/);
});
