import { inflateSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { animatedPng, stillPng } from '#site/views/sample/files/animation.ts';
import { encodePng } from '#site/views/sample/files/png.ts';
import { createFrameStore } from '#site/views/sample/state/frames.ts';

const gray = (data: number[], width: number, delay = 80) => ({
  pixels: { data: Uint8Array.from(data), width, height: data.length / width, channels: 1 as const },
  delay,
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
const delaysOf = (all: ReturnType<typeof chunks>) =>
  all.filter(({ type }) => type === 'fcTL').map(({ body }) => body.readUInt16BE(20));

it('encodePng writes an animation whose frames, delays, order and text are those given', async () => {
  const frames = [gray([1, 2], 2), gray([3, 4], 2), gray([5, 6], 2, 1600)];
  const png = await encodePng(frames, { Source: 'seed 7' });
  const all = chunks(png);
  const [, text, control] = all;
  expect(all.map(({ type }) => type).join(' ')).toBe('IHDR tEXt acTL fcTL IDAT fcTL fdAT fcTL fdAT IEND');
  expect([text!.body.toString('latin1'), ...control!.body]).toEqual(['Source\0seed 7', 0, 0, 0, 3, 0, 0, 0, 0]);
  expect(delaysOf(all)).toEqual([80, 80, 1600]);
  const sequence = all.filter(({ type }) => /^f[cd]/.test(type)).map(({ body }) => body.readUInt32BE(0));
  expect(sequence).toEqual([0, 1, 2, 3, 4]);
  const last = all.findLast(({ type }) => type === 'fdAT')!.body.subarray(4);
  expect([...inflateSync(last)]).toEqual([0, 5, 6]);
  expect([...(await sharp(png).toColourspace('b-w').raw().toBuffer())]).toEqual([1, 2]);
});

describe('downloads', () => {
  /** The colours in the middle of what lies at such shares of the width. */
  const coloursAt = async (png: Uint8Array, ...shares: number[]) => {
    const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
    return shares.map((share) => {
      const pixel = info.channels * (Math.floor(info.height / 4) * info.width + Math.floor(share * info.width));
      return [...data.subarray(pixel, pixel + 3)];
    });
  };

  it('have pictures on the left and their masks in colours on the right', async () => {
    const frame = { x: new Uint8ClampedArray(4).fill(90), masks: Uint8Array.of(1, 1, 1, 1) };
    const run = { frames: createFrameStore(frame, 1), shape: [1, 2, 2] as const, maskOutput: { classes: ['a', 'b'] } };
    const found = await coloursAt(await stillPng(run, frame, {}), 0.25, 0.75);
    expect(found.join(' ')).toBe('90,90,90 255,26,26');
  });

  it('of a film have every step of a short sampling, the last held', async () => {
    const batch = (value: number) => new Uint8ClampedArray(4).fill(value);
    const frames = createFrameStore({ x: batch(0) }, 4);
    for (const step of [1, 2, 3, 4]) frames.push({ step, x: batch(step), x0: batch(step) });
    const all = chunks(await animatedPng({ frames, shape: [1, 2, 2], maskOutput: undefined }, 'pictures', {}));
    expect(delaysOf(all)).toEqual([200, 200, 200, 200, 1600]);
  });
});
