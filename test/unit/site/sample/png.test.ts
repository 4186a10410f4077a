import { inflateSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { animatedPng, stillPng } from '#site/views/sample/files/animation.ts';
import { encodePng } from '#site/views/sample/files/png.ts';
import { createFrameStore, type FrameStore } from '#site/views/sample/state/frames.ts';

const gray = (data: number[], width: number) => ({
  pixels: { data: Uint8Array.from(data), width, height: data.length / width, channels: 1 as const },
  delay: 80,
});

/** Type and body of every chunk. */
function chunks(png: Uint8Array): { type: string; body: Buffer }[] {
  const bytes = Buffer.from(png);
  const found = [];
  for (let at = 8; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    found.push({ type: bytes.toString('latin1', at + 4, at + 8), body: bytes.subarray(at + 8, at + 8 + length) });
    at += length + 12;
  }
  return found;
}

describe('encodePng', () => {
  it('writes a gray still that another reader reads, byte for byte', async () => {
    const png = await encodePng([gray([0, 50, 100, 150, 200, 255], 3)]);
    const { data, info } = await sharp(png).toColourspace('b-w').raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height, ...data]).toEqual([3, 2, 0, 50, 100, 150, 200, 255]);
  });

  it('writes colours', async () => {
    const pixels = { data: Uint8Array.of(1, 2, 3, 4, 5, 6), width: 1, height: 2, channels: 3 as const };
    const png = await encodePng([{ pixels, delay: 0 }]);
    expect([...(await sharp(png).raw().toBuffer())]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('writes an animation whose frames, delays and order are those given', async () => {
    const png = await encodePng([gray([1, 2], 2), gray([3, 4], 2), { ...gray([5, 6], 2), delay: 1600 }]);
    const all = chunks(png);
    expect(all.map(({ type }) => type).join(' ')).toBe('IHDR acTL fcTL IDAT fcTL fdAT fcTL fdAT IEND');
    expect([...all[1]!.body]).toEqual([0, 0, 0, 3, 0, 0, 0, 0]);
    const controls = all.filter(({ type }) => type === 'fcTL').map(({ body }) => body);
    expect(controls.map((body) => body.readUInt16BE(20))).toEqual([80, 80, 1600]);
    const sequence = all.filter(({ type }) => /^f[cd]/.test(type)).map(({ body }) => body.readUInt32BE(0));
    expect(sequence).toEqual([0, 1, 2, 3, 4]);
    const last = all.findLast(({ type }) => type === 'fdAT')!.body.subarray(4);
    expect([...inflateSync(last)]).toEqual([0, 5, 6]);
    expect([...(await sharp(png).toColourspace('b-w').raw().toBuffer())]).toEqual([1, 2]);
  });

  it('carries text', async () => {
    const [, text] = chunks(await encodePng([gray([1], 1)], { Source: 'seed 7' }));
    expect([text?.type, text?.body.toString('latin1')]).toEqual(['tEXt', 'Source\0seed 7']);
  });

  it('refuses no frame and frames of two sizes', async () => {
    await expect(encodePng([])).rejects.toThrow('at least one frame');
    await expect(encodePng([gray([1, 2], 2), gray([1, 2], 1)])).rejects.toThrow('of one size');
  });
});

describe('downloads', () => {
  const batch = (value: number) => ({ x: new Uint8ClampedArray(10 * 28 * 28).fill(value) });
  const drawn = (frames: FrameStore) => ({ frames, shape: [1, 28, 28] as const, maskOutput: undefined });

  it('stillPng lays the pictures out with whole squares for pixels', async () => {
    const { width, height } = await sharp(
      await stillPng(drawn(createFrameStore(batch(0), 4)), batch(7), {}),
    ).metadata();
    expect([width, height]).toEqual([5 * (28 * 6 + 6) + 6, 2 * (28 * 6 + 6) + 6]);
  });

  it('stillPng and animatedPng have the channels that are shown', async () => {
    const x = Uint8ClampedArray.from({ length: 4 * 4 }, (_, i) => 60 * Math.floor(i / 4));
    const frames = createFrameStore({ x }, 1);
    frames.push({ step: 1, x, x0: x });
    const run = { frames, shape: [4, 2, 2] as const, maskOutput: undefined };
    const middle = async (shows: number[]) => {
      const image = sharp(await stillPng({ ...run, shows }, { x }, {}));
      const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
      const pixel = info.channels * (Math.floor(info.height / 4) * info.width + Math.floor(info.width / 4));
      return [...data.subarray(pixel, pixel + 3)];
    };
    expect([await middle([2]), await middle([3, 1, 2])]).toEqual([
      [120, 120, 120],
      [180, 60, 120],
    ]);
    const animated = Buffer.from(await animatedPng({ ...run, shows: [3, 1, 2] }, 'pictures', {}));
    expect([animated[25], Buffer.from(await animatedPng(run, 'pictures', {}))[25]]).toEqual([2, 0]); // RGB, gray
  });

  it('stillPng has pictures on the left and their masks in colours on the right', async () => {
    const frame = { x: new Uint8ClampedArray(4).fill(90), masks: Uint8Array.of(1, 1, 1, 1) };
    const run = { frames: createFrameStore(frame, 1), shape: [1, 2, 2] as const, maskOutput: { classes: ['a', 'b'] } };
    const png = sharp(await stillPng(run, frame, {}));
    const { data, info } = await png.raw().toBuffer({ resolveWithObject: true });
    const at = (share: number) => {
      const pixel = info.channels * (Math.floor(info.height / 2) * info.width + Math.floor(share * info.width));
      return [...data.subarray(pixel, pixel + 3)];
    };
    expect([at(0.25), at(0.75)]).toEqual([
      [90, 90, 90],
      [255, 26, 26],
    ]);
  });

  it('animatedPng has every step of a short sampling, the last held', async () => {
    const frames = createFrameStore(batch(0), 4);
    for (const step of [1, 2, 3, 4]) frames.push({ step, ...batch(step), x0: batch(100 + step).x });
    const all = chunks(await animatedPng(drawn(frames), 'pictures', {}));
    const delays = all.filter(({ type }) => type === 'fcTL').map(({ body }) => body.readUInt16BE(20));
    expect(delays).toEqual([200, 200, 200, 200, 1600]);
  });
});
