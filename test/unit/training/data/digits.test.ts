import { describe, expect, it } from 'vitest';
import { allPixels, prepare, temporaryFolder } from '#test/pictures/images.ts';
import { openDigits } from '#training/data/sources/digits.ts';

const cacheDir = temporaryFolder();
/** How many of each digit the package holds. */
const COUNTS = [1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978];

describe('digits', () => {
  it('are 10,000 gray pictures of 28 x 28 with their labels', async () => {
    const progress: number[] = [];
    const digits = await prepare({ data: 'digits', size: 28, cacheDir }, ({ done }) => progress.push(done));
    expect(digits).toMatchObject({ name: 'digits', count: 10_000, channels: 1, height: 28, width: 28, skipped: [] });
    expect(digits.classNames).toEqual([...'0123456789']);
    const counts = COUNTS.map((_, digit) => digits.labels!.filter((label) => label === digit).length);
    expect(counts).toEqual(COUNTS);
    expect(progress.at(-1)).toBe(10_000);
    const pixels = await allPixels(digits);
    expect(pixels.reduce((a, b) => Math.max(a, b), 0)).toBe(255);
    const mean = pixels.reduce((a, b) => a + b, 0) / pixels.length;
    expect(mean).toBeGreaterThan(30); // MNIST's mean is 33.3
    expect(mean).toBeLessThan(37);
  });

  it('at 32 x 32 are the same pixels inside a black border of two', { tags: 'long' }, async () => {
    const small = await allPixels(await prepare({ data: 'digits', size: 28, cacheDir }));
    const large = await allPixels(await prepare({ data: 'digits', size: 32, cacheDir }));
    let border = 0;
    for (const image of [0, 5_000, 9_999]) {
      for (let y = 0; y < 32; y++) {
        for (let x = 0; x < 32; x++) {
          const level = large[(image * 32 + y) * 32 + x]!;
          const inside = x >= 2 && x < 30 && y >= 2 && y < 30;
          if (inside) expect(level).toBe(small[(image * 28 + y - 2) * 28 + x - 2]);
          else border += level;
        }
      }
    }
    expect(border).toBe(0);
  });

  it('at other sizes are resized', async () => {
    const frames = openDigits().frames({ size: 14, fit: 'crop', background: 'black' });
    for await (const frame of frames) {
      if ('reason' in frame) throw new Error(frame.reason);
      expect(frame.pixels.length).toBe(14 * 14);
      expect(frame.pixels.some((level) => level > 100)).toBe(true);
      expect(frame.pixels[0]).toBe(0);
      break;
    }
  });

  it('are found prepared the second time', async () => {
    const first = await prepare({ data: 'digits', size: 28, cacheDir });
    let calls = 0;
    const second = await prepare({ data: 'digits', size: 28, cacheDir }, () => calls++);
    expect(second.cached).toBe(true);
    expect(calls).toBe(0);
    expect(second.hash).toBe(first.hash);
  });
});
