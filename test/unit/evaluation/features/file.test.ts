import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { extractFeatures } from '#evaluation/features/extract.ts';
import { openFeatureFile } from '#evaluation/features/file.ts';
import type { FeatureRange } from '#evaluation/features/range.ts';
import type { ImageSet } from '#evaluation/sets/types.ts';
import type { ImageShape } from '#scheduler/model/index.ts';
import { expectClose } from '#test/compare.ts';
import { type FeatureOnnxOptions, featureOnnx } from '#test/models/feature-onnx.ts';
import { temporaryFolder } from '#test/models/tiny-onnx.ts';
import { LACKS_PERMISSIONS, withoutPermission } from '#test/permissions.ts';
import { skipBecause } from '#test/skip.ts';

const WINDOWS = process.platform === 'win32';
const GRAY: ImageShape = [1, 4, 4];
const COLOUR: ImageShape = [3, 4, 4];

async function open(options: FeatureOnnxOptions, shape = GRAY, range?: FeatureRange) {
  const { extractor, width } = await openFeatureFile(await featureOnnx(options), shape, range);
  onTestFinished(() => extractor.session.release());
  return { extractor, width };
}

/** Images of one level each. */
const flat = (shape: ImageShape, levels: readonly number[]): ImageSet => {
  const size = shape[0] * shape[1] * shape[2];
  const pixels = Uint8Array.from({ length: levels.length * size }, (_, i) => levels[Math.floor(i / size)]!);
  return { shape, count: levels.length, pixels };
};

async function seen(options: FeatureOnnxOptions, images: ImageSet, range?: FeatureRange): Promise<number[]> {
  const { extractor } = await open(options, images.shape, range);
  return Array.from((await extractFeatures(extractor, images.shape, images)).values);
}

describe('a feature model from a file', () => {
  it('sees black and white as -1 and 1 unless told otherwise', async () => {
    const images = flat(GRAY, [0, 255, 51]);
    expectClose(await seen({}, images), [-1, 1, -0.6]);
    expectClose(await seen({}, images, '0,1'), [0, 1, 0.2]);
    expectClose(await seen({}, images, '0,255'), [0, 255, 51]);
    expectClose(await seen({ metadata: { image_range: '0,1' } }, images), [0, 1, 0.2]);
    expectClose(await seen({ type: 'uint8' }, images), [0, 255, 51]);
  });

  it('takes out the colours of ImageNet, channel by channel', async () => {
    const values = await seen({ dims: ['N', 3, 4, 4] }, flat(COLOUR, [255]), 'imagenet');
    expectClose(values, [(1 - 0.485) / 0.229, (1 - 0.456) / 0.224, (1 - 0.406) / 0.225]);
  });

  it('repeats gray where it wants colour, and resizes to the size that it fixes', async () => {
    const image = { shape: GRAY, count: 1, pixels: Uint8Array.from({ length: 16 }, (_, i) => (i % 4 < 2 ? 0 : 200)) };
    expectClose(await seen({ dims: ['N', 3, 9, 7] }, image, '0,255'), [100, 100, 100], { absolute: 1e-3 });
  });

  it('gives the same for a free batch, one of 1 and one of 4, which does not divide the images', async () => {
    const images = flat(GRAY, [0, 10, 20, 30, 40, 255]);
    const free = await seen({}, images);
    expect(await seen({ dims: [1, 1, 4, 4] }, images)).toEqual(free);
    expect(await seen({ dims: [4, 1, 4, 4] }, images)).toEqual(free);
  });

  it('takes vectors as [N, D] and [N, D, 1, 1], and of several the one that is named so', async () => {
    expect((await open({ outputs: { anything: 'mean' } })).width).toBe(1);
    const several = { logits: 'flat', pool3: 'mean', map: 'same' } as const;
    expect((await open({ outputs: several })).extractor.features).toBe('pool3');
    expect((await open({ outputs: { pool: 'mean', features: 'flat' } })).extractor.features).toBe('features');
    expect((await open({ outputs: { map: 'same', code: 'flat' } })).extractor.features).toBe('code');
  });

  const IMAGES = 'seen.onnx must take images as float32 or uint8 [N, C, H, W]';
  it.each<[string, FeatureOnnxOptions, ImageShape?, FeatureRange?]>([
    [
      'seen.onnx must give a vector for each image, float32 [N, D] or [N, D, 1, 1], received map float32 [2, 1, 4, 4].',
      { outputs: { map: 'same' } },
    ],
    [
      'seen.onnx must name one of its outputs features, embedding or pool, received a float32 [2, 1]; b float32 [2, 1, 1, 1].',
      { outputs: { a: 'flat', b: 'mean' } },
    ],
    [`${IMAGES}, received float32 [N, 16].`, { dims: ['N', 16], outputs: { features: 'same' } }],
    [`${IMAGES}, received a model that wants text.`, { type: 'string', outputs: { features: 'same' } }],
    [`${IMAGES}, received float32 [N, 299, 299, 3], whose channels come last.`, { dims: ['N', 299, 299, 3] }],
    [`${IMAGES} of 1 or 3 channels, received float32 [N, 4, 8, 8].`, { dims: ['N', 4, 8, 8] }],
    ['seen.onnx must have one input, the images, received x, y.', { second: true }],
    [
      'seen.onnx must take the 3 channels of the data, received a model of 1 channel.',
      { dims: ['N', 1, 8, 8] },
      COLOUR,
    ],
    [
      '--feature-range must be 0,1, as seen.onnx itself says, received -1,1.',
      { metadata: { image_range: '0,1' } },
      GRAY,
      '-1,1',
    ],
    ['--feature-range must be 0,255 for seen.onnx, which takes uint8, received 0,1.', { type: 'uint8' }, GRAY, '0,1'],
    [
      'image_range of seen.onnx must be one of -1,1, 0,1, 0,255, imagenet, received "wide".',
      { metadata: { image_range: 'wide' } },
    ],
    [
      'seen.onnx must take at most 268435456 values a call, received a model that takes 2 x 1 x 200000 x 200000 = 80000000000.',
      { dims: ['N', 1, 200000, 200000] },
    ],
    // Of -1 to 1, some means are below 0.
    ['seen.onnx must give finite numbers, received NaN for a trial image.', { outputs: { features: 'root' } }],
  ])('is refused: %s', async (message, options, shape = GRAY, range = undefined) => {
    const path = await featureOnnx(options);
    await expect(openFeatureFile(path, shape, range)).rejects.toThrow(
      `Cannot open the feature model: ${message.replace('seen.onnx', path)}`,
    );
  });

  it('refuses what is no ONNX file', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'page.onnx'), '<!doctype html><p>Not found');
    await writeFile(join(folder, 'noise.onnx'), Buffer.alloc(100, 'ab'));
    for (const [name, message] of [
      ['page.onnx', 'page.onnx must be an ONNX file, received a web page.'],
      ['', 'must be an ONNX file, received a folder.'],
      ['noise.onnx', 'noise.onnx must be an ONNX file that onnxruntime can run, received "'],
      ['none.onnx', 'none.onnx must be an ONNX file, '],
    ]) {
      await expect(openFeatureFile(join(folder, name!), GRAY, undefined)).rejects.toThrow(message);
    }
  });

  it(
    'refuses a pipe, which would be waited for without end',
    skipBecause(WINDOWS ? 'named pipes are not files on Windows: run on Linux or macOS' : undefined),
    async () => {
      const pipe = join(await temporaryFolder(), 'pipe.onnx');
      execFileSync('mkfifo', [pipe]);
      await expect(openFeatureFile(pipe, GRAY, undefined)).rejects.toThrow(
        'pipe.onnx must be an ONNX file, received a named pipe.',
      );
    },
  );

  it('refuses a file that may not be read', skipBecause(LACKS_PERMISSIONS), async () => {
    const path = await featureOnnx();
    await withoutPermission(path, () =>
      expect(openFeatureFile(path, GRAY, undefined)).rejects.toThrow(
        'seen.onnx must be an ONNX file, permission is denied.',
      ),
    );
  });

  it('refuses features that are not finite, and says which image', async () => {
    const { extractor } = await open({ outputs: { features: 'root' } }, GRAY, '0,1');
    const images = flat(GRAY, [255, 200, 0, 255]);
    // The trial was in another range, in which no mean is below 0.
    await expect(extractFeatures({ ...extractor, range: '-1,1' }, GRAY, images)).rejects.toThrow(
      'Cannot measure features: seen.onnx must give finite numbers, received NaN for image 2.',
    );
  });

  it('refuses images of another shape, and stops when aborted', async () => {
    const { extractor } = await open({});
    await expect(extractFeatures(extractor, GRAY, flat([1, 5, 4], [0]))).rejects.toThrow(
      'Cannot measure features: images must be 1 x 4 x 4, as the training images are, received 1 x 5 x 4.',
    );
    const aborted = AbortSignal.abort(new Error('enough'));
    await expect(extractFeatures(extractor, GRAY, flat(GRAY, [0]), aborted)).rejects.toThrow('enough');
  });
});
