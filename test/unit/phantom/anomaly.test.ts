import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { drawAnomaly } from '#phantom/draw/anomaly.ts';
import { createPainter } from '#phantom/draw/draw-phantom.ts';
import { writeSet } from '#phantom/write-set.ts';
import { temporaryFolder } from '#test/models/tiny-onnx.ts';
import { truthOf } from '#test/pictures/phantoms.ts';

const paint = createPainter();
const options = { seed: 5, size: 128, age: [60, 200] } as const;
const of = (kind: 'missing' | 'short') =>
  Array.from({ length: 60 }, (_, picture) => picture).filter((picture) => drawAnomaly(5, picture, 1)!.kind === kind);

describe('--anomaly', () => {
  it('gives a share of the hands one bone that is missing or short, the same hands for a larger share', () => {
    const drawn = (share: number) => Array.from({ length: 2000 }, (_, picture) => drawAnomaly(1, picture, share));
    const [some, all] = [drawn(0.3), drawn(1)];
    expect(Math.abs(some.filter(Boolean).length - 600)).toBeLessThan(3 * Math.sqrt(2000 * 0.3 * 0.7));
    for (const [i, anomaly] of some.entries()) if (anomaly) expect(anomaly).toEqual(all[i]);
    expect(new Set(all.map((anomaly) => anomaly!.bone)).size).toBe(19);
    for (const anomaly of all) {
      if (anomaly!.kind === 'short') expect(Math.abs(anomaly!.length! - 0.5)).toBeLessThanOrEqual(0.1);
      else expect(anomaly!.length).toBeUndefined();
    }
  });

  it('leaves a missing bone out, and all else where it was', () => {
    for (const picture of of('missing').slice(0, 4)) {
      const [healthy, made] = [0, 1].map((anomaly) => paint({ ...options, picture, anomaly }));
      const { bone } = made!.truth.anomaly!;
      expect(made!.truth.bones[bone]).toBeUndefined();
      const { [bone]: gone, ...others } = healthy!.truth.bones;
      expect(gone).toBeDefined();
      expect(made!.truth.bones).toEqual(others);
      expect(made!.pixels).not.toEqual(healthy!.pixels);
    }
  });

  it('makes a short bone shorter than the others, which keep their lengths', () => {
    for (const picture of of('short').slice(0, 4)) {
      const [healthy, made] = [0, 1].map((anomaly) => paint({ ...options, picture, anomaly }).truth);
      const { bone, length } = made!.anomaly!;
      const ratio = (name: string) => {
        const [a, b] = [healthy!, made!].map(({ bones, scale }) => {
          const { proximal, distal } = bones[name]!;
          return Math.hypot(proximal[0] - distal[0], proximal[1] - distal[1]) / scale;
        });
        return b! / a!;
      };
      expect(ratio(bone)).toBeCloseTo(length!, 6);
      for (const name of Object.keys(made!.bones))
        if (name !== bone && name.length > 6) expect(ratio(name)).toBeCloseTo(1, 1);
    }
  });

  it('is told in the table and the truth only where it is asked for', async () => {
    const folder = await temporaryFolder();
    const written = async (name: string, anomaly?: number) => {
      const out = join(folder, name);
      await writeSet({ count: 6, size: 48, seed: 2, duplicates: 2, out, ...(anomaly !== undefined && { anomaly }) });
      const [head, ...rows] = readFileSync(join(out, 'hands.csv'), 'utf8').trim().split('\n');
      const image = readFileSync(join(out, 'images', '1.png'), 'base64');
      return { head, ends: new Set(rows.map((row) => row.split(',')[3])), truth: truthOf(out), image };
    };
    const [without, none, all] = [await written('without'), await written('none', 0), await written('all', 1)];
    expect([without.head, none.head]).toEqual(['id,boneage,male', 'id,boneage,male,anomaly']);
    expect([none.ends, all.ends]).toEqual([new Set(['0']), new Set(['1'])]);
    expect(without.truth.some((line) => 'anomaly' in line)).toBe(false);
    expect(none.truth.every(({ anomaly }) => anomaly === null)).toBe(true);
    expect(all.truth[0].anomaly).toMatchObject({ bone: expect.any(String) });
    expect(none.image).toBe(without.image);
    expect(readFileSync(join(folder, 'all', 'README.md'), 'utf8')).toContain('--anomaly 1');
    await expect(written('bad', 2)).rejects.toThrow('--anomaly must be');
  });
});
