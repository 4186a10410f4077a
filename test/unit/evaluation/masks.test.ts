/** What a segmenter reads in the pictures of models that are told masks, and of those that draw them. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readEvaluation } from '@onnoise/scheduler/evaluation';
import { beforeAll, describe, expect, test } from 'vitest';
import type { MaskReader } from '#evaluation/features/index.ts';
import { measureMasks } from '#evaluation/measure-masks.ts';
import type { Evaluation } from '#evaluation/report/types.ts';
import type { ImageSet } from '#evaluation/sets/types.ts';
import { writeExactModel } from '#test/evaluate/exact-model.ts';
import { writeFollower } from '#test/evaluate/follower.ts';
import { CLASSES, maskedImages, PLANE, writeMasked } from '#test/evaluate/masked.ts';
import { writeProjection } from '#test/evaluate/projection.ts';
import { temporaryFolder } from '#test/pictures/images.ts';
import { runCli } from '#test/run-cli.ts';

describe('measureMasks', () => {
  /** It reads class 1 wherever a picture is white. */
  const reader: MaskReader = {
    classes: ['background', 'bone', 'never'],
    about: { count: 3, first: 1, plane: 4 },
    name: 'segmenter',
    hash: '',
    read: async ({ pixels }) => pixels.map((level) => Number(level > 127)),
    fit: (masks) => masks,
    dispose: async () => {},
  };
  const set = (pixels: number[], masks: number[]): ImageSet => ({
    shape: [1, 2, 2],
    count: 2,
    pixels: Uint8Array.from(pixels),
    masks: Uint8Array.from(masks),
  });
  const real = set([255, 255, 0, 0, 255, 0, 0, 0], [1, 1, 0, 0, 1, 0, 0, 0]);
  const half = set([255, 0, 0, 0, 255, 255, 255, 0], [1, 1, 1, 0, 1, 0, 0, 0]);
  const noise = set([0, 0, 0, 255, 0, 0, 0, 0], [1, 1, 0, 0, 1, 0, 0, 0]);

  test('holds what is read against the mask of each picture', async () => {
    const { measure, classes } = await measureMasks(reader, { model: half, real, noise }, false);
    expect(measure).toMatchObject({
      id: 'mask_dice',
      better: 'higher',
      model: { value: 0.5 },
      real: { value: 1 },
      noise: { value: 0 },
    });
    expect(classes).toEqual([
      { name: 'background' },
      { name: 'bone', dice: { model: { value: 0.5 }, real: { value: 1 }, noise: { value: 0 } } },
      { name: 'never', dice: {} },
    ]);
  });

  test('compares areas where the model draws its masks', async () => {
    const { classes } = await measureMasks(reader, { model: half, real, noise }, true);
    expect(classes[0]).toEqual({ name: 'background', area: { model: { value: 0.5 }, real: { value: 0.625 } } });
    expect(classes[2]).toMatchObject({ name: 'never', area: { model: { value: 0 }, real: { value: 0 } } });
  });

  test('has no measure where no mask has a class but background', async () => {
    const empty = { ...half, masks: new Uint8Array(8) };
    expect((await measureMasks(reader, { model: empty, real, noise }, false)).measure).toBeUndefined();
  });
});

/** 140 images of which 56 are held out, and a feature network without training. One segmenter serves all tests. */
const root = temporaryFolder();
const place = (name: string) => join(root, name);
const MASKS = ['--masks', place('data/masks')];

beforeAll(async () => {
  await writeMasked(place('data'), maskedImages(140, 1));
  await writeProjection(place('seen.onnx'), [1, 8, 8], 8);
});

const evaluate = (model: string, ...more: string[]) =>
  runCli(
    ...['evaluate', '--model', place(model), '--data', place('data/images'), '--validation-share', '0.4'],
    ...['--cache-dir', place('cache'), '--feature-model', place('seen.onnx')],
    ...['--steps', '4', '--no-card', '--out', place('out'), ...more],
  );

const read = async (): Promise<Evaluation> => JSON.parse(await readFile(place('out/evaluation.json'), 'utf8'));

const diceOf = (evaluation: Evaluation) => readEvaluation(evaluation).measures.find(({ id }) => id === 'mask_dice')!;

describe('pipeline evaluate', () => {
  test('measures how well masks fit, of a model that is told them and of one that draws them', {
    tags: 'long',
    timeout: 300_000,
  }, async () => {
    await writeFollower(place('follower'));
    const told = await evaluate('follower', ...MASKS);
    expect([told.code, told.stderr]).toEqual([0, expect.stringContaining('Segmenter')]);
    expect(told.stdout).toContain('Dice of masks');
    const follower = await read();
    const { model, real, noise } = diceOf(follower);
    expect(model.value).toBeGreaterThan(0.9);
    expect(real.value).toBeGreaterThan(0.9);
    expect(noise.value).toBeLessThan(0.6);
    expect(follower.segmenter!.name).toBe('segmenter of images');
    expect(follower.masks!.map(({ name, area }) => [name, area])).toEqual(CLASSES.map((name) => [name, undefined]));
    expect(follower.memorisation!.verdict).not.toBe('copies found');

    // Others than the training images, and bones alone that are drawn as large as they are.
    const fresh = maskedImages(140, 2);
    const planes = Uint8Array.from({ length: 140 * 4 * PLANE }, (_, i) => {
      const [image, plane, pixel] = [Math.floor(i / (4 * PLANE)), Math.floor(i / PLANE) % 4, i % PLANE];
      const at = image * PLANE + pixel;
      if (plane === 0) return fresh.pixels[at]!;
      const k = fresh.masks[at]! === 2 ? 0 : fresh.masks[at]!;
      return k === plane - 1 ? 255 : 0;
    });
    const images = { shape: [4, 8, 8] as const, count: 140, pixels: planes };
    await writeExactModel({ out: place('drawer'), images, maskClasses: CLASSES });
    const drawn = await evaluate('drawer', ...MASKS);
    expect(drawn.code).toBe(0);
    const drawer = await read();
    expect(drawer.segmenter).toEqual(follower.segmenter);
    expect(diceOf(drawer).model.value).toBeGreaterThan(0.8);
    const [background, bone, muscle] = drawer.masks!.map(({ area }) => area!);
    expect(muscle!.model.value).toBe(0);
    expect(muscle!.real.value).toBeGreaterThan(0.1);
    expect(background!.model.value).toBeGreaterThan(background!.real.value);
    expect(bone!.model.interval![0]).toBeLessThan(bone!.real.interval![1]);
    const without = await evaluate('drawer');
    expect([without.code, without.stderr]).toEqual([
      0,
      expect.stringContaining(
        'Whether masks fit the pictures that they were drawn with is not measured: --masks names none.',
      ),
    ]);
    expect(without.stdout).not.toContain('Dice of masks');
  });

  test('finds the masks of training.json where --data is that of training', {
    tags: 'long',
    timeout: 300_000,
  }, async () => {
    const settings = { source: place('data/images'), masks: place('data/masks'), validationShare: 0.4 };
    await writeFollower(place('remembers'), { data: settings });
    const { code, stdout } = await evaluate('remembers', '--count', '30');
    expect([code, stdout]).toEqual([0, expect.stringContaining('Dice of masks')]);
    const other = maskedImages(40, 3);
    await writeMasked(place('other'), other);
    const test = ['--test-data', place('other/images'), '--test-masks', place('other/masks')];
    expect((await evaluate('remembers', ...MASKS, ...test)).stdout).toContain('Real images: 40 of the 40 of images');
  });
});
