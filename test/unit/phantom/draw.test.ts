import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createPainter, type Phantom } from '#phantom/draw/draw-phantom.ts';
import type { BoneTruth } from '#phantom/draw/hand.ts';
import { fillNoise } from '#phantom/draw/random.ts';

const paint = createPainter();
const hash = ({ pixels }: Phantom) => createHash('sha256').update(pixels).digest('hex');

/** Mean grey level of 3 x 3 pixels around a point. */
function grey({ pixels }: Phantom, [x, y]: readonly [number, number], size: number): number {
  let sum = 0;
  for (const dy of [-1, 0, 1]) {
    for (const dx of [-1, 0, 1]) sum += pixels[Math.floor(y + dy) * size + Math.floor(x + dx)]!;
  }
  return sum / 9;
}

/** A point beside a bone's axis or along it, in pixels. */
function beside(
  { proximal: a, distal: b }: BoneTruth,
  [x, y]: readonly [number, number],
  along: number,
  across: number,
) {
  const length = Math.hypot(b[0] - a[0], b[1] - a[1]);
  const [ux, uy] = [(b[0] - a[0]) / length, (b[1] - a[1]) / length];
  return [x + along * ux - across * uy, y + along * uy + across * ux] as const;
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const SIZE = 512;
const pictures = Array.from({ length: 8 }, (_, picture) => picture);
const PHALANGES = ['proximal2', 'proximal3', 'proximal4', 'proximal5'];

describe('a phantom', () => {
  it('is the same for the same seed, whatever was drawn before', () => {
    const options = { seed: 7, picture: 3, size: 128, age: [1, 228] } as const;
    const first = paint(options);
    paint({ ...options, picture: 4 });
    paint({ ...options, size: 64 });
    expect(hash(createPainter()(options))).toBe(hash(first));
    expect(paint(options).truth).toEqual(first.truth);
    expect(hash(paint({ ...options, picture: 4 }))).not.toBe(hash(first));
    expect(hash(paint({ ...options, seed: 8 }))).not.toBe(hash(first));
  });

  it('keeps its pose at another age, so that one hand can be watched as it grows', () => {
    const at = (age: number) => paint({ seed: 1, picture: 0, size: 64, age, sex: 'male' }).truth;
    const direction = ({ bones: { metacarpal3: bone } }: Phantom['truth']) =>
      Math.atan2(bone!.distal[0] - bone!.proximal[0], bone!.distal[1] - bone!.proximal[1]);
    expect(direction(at(60))).toBeCloseTo(direction(at(200)), 9);
    expect(at(60).side).toBe(at(200).side);
  });

  it('is brighter on the shafts of its bones than in the flesh beside them', () => {
    const differences = pictures.flatMap((picture) => {
      const phantom = paint({ seed: 2, picture, size: SIZE, age: [30, 200] });
      return PHALANGES.map((name) => {
        const bone = phantom.truth.bones[name]!;
        const flesh = 7.2 * phantom.truth.scale * Math.sqrt(Math.hypot(...length(bone)) / phantom.truth.scale / 45);
        const [left, right] = [-flesh, flesh].map((across) => grey(phantom, beside(bone, bone.shaft, 0, across), SIZE));
        return grey(phantom, bone.shaft, SIZE) - Math.max(left!, right!);
      });
    });
    expect(Math.min(...differences)).toBeGreaterThan(5);
  });

  it('shows a growth plate as a dark line while it is open, and none when it has closed', { tags: 'long' }, () => {
    const contrast = (age: number) =>
      pictures.flatMap((picture) => {
        const phantom = paint({ seed: 3, picture, size: SIZE, age, sex: 'female' });
        return PHALANGES.map((name) => {
          const bone = phantom.truth.bones[name]!;
          const { centre, width } = bone.plate;
          expect(width > 0).toBe(age === 130);
          const off = 2 * phantom.truth.scale;
          const at = (along: number) => grey(phantom, beside(bone, centre, along, 0), SIZE);
          return Math.min(at(-off), at(off)) - at(0);
        });
      });
    expect(Math.min(...contrast(130))).toBeGreaterThan(12);
    expect(Math.max(...contrast(228))).toBeLessThan(12);
    expect(mean(contrast(228))).toBeLessThan(0);
  });

  it('has its thumb on the right in a left hand, and the letter of its side', () => {
    for (const right of [0, 1]) {
      const letters = new Set<string | undefined>();
      for (const picture of pictures) {
        const { truth } = paint({ seed: 4, picture, size: 64, age: 100, right });
        const [thumb, little] = [truth.bones.distal1!.distal[0], truth.bones.distal5!.distal[0]];
        expect(truth.side).toBe(right === 0 ? 'left' : 'right');
        expect(thumb > little).toBe(right === 0);
        letters.add(truth.marker?.letter);
      }
      letters.delete(undefined); // some pictures have no marker
      expect([...letters]).toEqual([right === 0 ? 'L' : 'R']);
    }
  });

  it('has black air, a white forearm and a hand that fills the frame, as small radiographs have', () => {
    const side = 64;
    const small = Array.from({ length: 60 }, (_, picture) => {
      const { pixels, truth } = paint({ seed: 11, picture, size: side, age: [60, 216] });
      const xs = Object.values(truth.bones).flatMap(({ proximal, distal }) => [proximal[0], distal[0]]);
      return {
        white: pixels.filter((level) => level >= 250).length / pixels.length,
        dark: pixels.toSorted()[Math.floor(pixels.length / 3)]!,
        wide: (Math.max(...xs) - Math.min(...xs)) / side,
      };
    });
    const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length / 2]!;
    // Medians of 1,000 radiographs: 3.7 % white, a darkest third up to level 10: docs/phantom.md.
    expect(median(small.map(({ white }) => white))).toBeGreaterThan(0.02);
    expect(median(small.map(({ white }) => white))).toBeLessThan(0.06);
    expect(median(small.map(({ dark }) => dark))).toBeLessThan(16);
    expect(median(small.map(({ wide }) => wide))).toBeGreaterThan(0.6);
  });

  it('has the findings that are asked for, and no other change', { tags: 'long' }, () => {
    const found = new Map<string, number>();
    for (let picture = 0; picture < 40; picture++) {
      const options = { seed: 5, picture, size: 32, age: [60, 200] } as const;
      const { truth } = paint({ ...options, abnormal: 1 });
      const { kind, bone } = truth.abnormality!;
      found.set(kind, (found.get(kind) ?? 0) + 1);
      const healthy = paint(options).truth;
      expect(healthy.abnormality).toBeUndefined();
      expect([truth.age, truth.sex, truth.side]).toEqual([healthy.age, healthy.sex, healthy.side]);
      expect(bone in truth.bones).toBe(kind !== 'missing phalanx');
      if (kind === 'short metacarpal') {
        const share = Math.hypot(...length(truth.bones[bone]!)) / Math.hypot(...length(healthy.bones[bone]!));
        expect(share * (healthy.scale / truth.scale)).toBeCloseTo(0.76, 5);
      }
    }
    expect([...found.keys()].sort()).toEqual(['fracture', 'missing phalanx', 'short metacarpal']);
  });

  it('has a dark line across a broken bone', () => {
    const options = { seed: 6, size: SIZE, age: 150, sex: 'male' } as const;
    const broken = pictures.concat([8, 9, 10, 11, 12, 13]).flatMap((picture) => {
      const with_ = paint({ ...options, picture, abnormal: 1 });
      const { kind, bone, at } = with_.truth.abnormality!;
      if (kind !== 'fracture' || bone === 'radius') return [];
      const without = paint({ ...options, picture });
      const { proximal: a, distal: b } = with_.truth.bones[bone]!;
      const place = [a[0] + (b[0] - a[0]) * at!, a[1] + (b[1] - a[1]) * at!] as const;
      return [grey(without, place, SIZE) - grey(with_, place, SIZE)];
    });
    expect(broken.length).toBeGreaterThan(1);
    expect(Math.min(...broken)).toBeGreaterThan(8);
  });

  it.each([
    [{ size: 31 }, 'size must be an integer from 32 to 1024, received 31'],
    [{ age: 0 }, 'age must be a number from 1 to 228, received 0'],
    [{ age: [12, 300] as const }, 'age must be a number from 1 to 228, received 300'],
    [{ seed: -1 }, 'seed must be an integer'],
  ])('refuses %j', (wrong, words) => {
    expect(() => paint({ seed: 0, picture: 0, size: 64, age: 100, ...wrong })).toThrow(words);
  });
});

const length = ({ proximal: a, distal: b }: BoneTruth): [number, number] => [b[0] - a[0], b[1] - a[1]];

it('noise has no mean and unit deviation', () => {
  const noise = new Float32Array(80_000);
  fillNoise(9, 1, noise);
  const values = [...noise];
  expect(mean(values)).toBeCloseTo(0, 1);
  expect(mean(values.map((value) => value * value))).toBeCloseTo(1, 1);
});
