import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { extractFeatures } from '#evaluation/features/extract.ts';
import { openFeatureFile } from '#evaluation/features/file.ts';
import type { ImageSet } from '#evaluation/sets/types.ts';
import type { ImageShape } from '#scheduler/model/index.ts';
import { expectClose } from '#test/compare.ts';
import { type FeatureOnnxOptions, featureOnnx } from '#test/models/feature-onnx.ts';
import { temporaryFolder } from '#test/models/tiny-onnx.ts';
import { LACKS_PERMISSIONS, withoutPermission } from '#test/permissions.ts';
import { skipBecause } from '#test/skip.ts';
import type { FeatureRange } from '#training/features/range.ts';

const WINDOWS = process.platform === 'win32';
const GRAY: ImageShape = [1, 4, 4];
const COLOUR: ImageShape = [3, 4, 4];

async function open(options: FeatureOnnxOptions, shape = GRAY, range?: FeatureRange) {
  const { extractor, width } = await openFeatureFile(await featureOnnx(options), shape, range);
  onTestFinished(() => extractor.session.release());
  return { extractor, width };
}

/** What is said about a file, without its path. */
async function complaint(options: FeatureOnnxOptions, shape = GRAY, range?: FeatureRange): Promise<string> {
  const path = await featureOnnx(options);
  const error = await openFeatureFile(path, shape, range).then(
    () => new Error('it was opened'),
    (error: Error) => error,
  );
  return error.message.replaceAll(path, 'seen.onnx').replace('Cannot open the feature model: ', '');
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

  it('refuses outputs that are no vector, or several without a telling name, and lists them', async () => {
    expect(await complaint({ outputs: { map: 'same' } })).toBe(
      'seen.onnx must give a vector for each image, float32 [N, D] or [N, D, 1, 1], received map float32 [2, 1, 4, 4].',
    );
    expect(await complaint({ outputs: { a: 'flat', b: 'mean' } })).toBe(
      'seen.onnx must name one of its outputs features, embedding or pool, received a float32 [2, 1]; b float32 [2, 1, 1, 1].',
    );
  });

  it('refuses inputs that are no images', async () => {
    expect(await complaint({ dims: ['N', 16], outputs: { features: 'same' } })).toBe(
      'seen.onnx must take images as float32 or uint8 [N, C, H, W], received float32 [N, 16].',
    );
    expect(await complaint({ type: 'string', outputs: { features: 'same' } })).toBe(
      'seen.onnx must take images as float32 or uint8 [N, C, H, W], received a model that wants text.',
    );
    expect(await complaint({ dims: ['N', 299, 299, 3] })).toBe(
      'seen.onnx must take images as float32 or uint8 [N, C, H, W], received float32 [N, 299, 299, 3], whose channels come last.',
    );
    expect(await complaint({ dims: ['N', 4, 8, 8] })).toBe(
      'seen.onnx must take images as float32 or uint8 [N, C, H, W] of 1 or 3 channels, received float32 [N, 4, 8, 8].',
    );
    expect(await complaint({ second: true })).toBe('seen.onnx must have one input, the images, received x, y.');
  });

  it('refuses a gray network for colour', async () => {
    expect(await complaint({ dims: ['N', 1, 8, 8] }, COLOUR)).toBe(
      'seen.onnx must take the 3 channels of the data, received a model of 1 channel.',
    );
  });

  it('refuses a range that the file denies or does not know', async () => {
    expect(await complaint({ metadata: { image_range: '0,1' } }, GRAY, '-1,1')).toBe(
      '--feature-range must be 0,1, as seen.onnx itself says, received -1,1.',
    );
    expect(await complaint({ type: 'uint8' }, GRAY, '0,1')).toBe(
      '--feature-range must be 0,255 for seen.onnx, which takes uint8, received 0,1.',
    );
    expect(await complaint({ metadata: { image_range: 'wide' } })).toBe(
      'image_range of seen.onnx must be one of -1,1, 0,1, 0,255, imagenet, received "wide".',
    );
  });

  it('refuses what is no ONNX file', async () => {
    const folder = await temporaryFolder();
    const page = join(folder, 'page.onnx');
    await writeFile(page, '<!doctype html><p>Not found');
    const noise = join(folder, 'noise.onnx');
    await writeFile(
      noise,
      Uint8Array.from({ length: 100 }, (_, i) => (i * 97) % 256),
    );
    const say = (path: string) =>
      openFeatureFile(path, GRAY, undefined).then(
        () => '',
        (error: Error) => error.message,
      );
    expect(await say(page)).toBe(`Cannot open the feature model: ${page} must be an ONNX file, received a web page.`);
    expect(await say(folder)).toBe(`Cannot open the feature model: ${folder} must be an ONNX file, received a folder.`);
    expect(await say(noise)).toMatch(/noise\.onnx must be an ONNX file that onnxruntime can run, received "/);
    const missing = join(folder, 'none.onnx');
    expect(await say(missing)).toMatch(/^Cannot open the feature model: .*none\.onnx must be an ONNX file, /);
  });

  it('refuses an input that no memory could hold, and a trial that gives no numbers', async () => {
    expect(await complaint({ dims: ['N', 1, 200000, 200000] })).toBe(
      'seen.onnx must take at most 268435456 values a call, received a model that takes 2 x 1 x 200000 x 200000 = 80000000000.',
    );
    // Of -1 to 1, some means are below 0.
    expect(await complaint({ outputs: { features: 'root' } })).toBe(
      'seen.onnx must give finite numbers, received NaN for a trial image.',
    );
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
