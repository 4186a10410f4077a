import { describe, expect, it } from 'vitest';
import { addCarpal, addRoundBone } from '#phantom/draw/carpal.ts';
import { createPainter, type Phantom, type PhantomOptions } from '#phantom/draw/draw-phantom.ts';
import { drawExposure } from '#phantom/draw/exposure.ts';
import { bonesOf } from '#phantom/draw/hand.ts';
import { LABELS, labelOf } from '#phantom/draw/labels.ts';
import { layHand } from '#phantom/draw/layout.ts';
import { addLongBone } from '#phantom/draw/long-bone.ts';
import { drawPerson } from '#phantom/draw/person.ts';
import { drawPose } from '#phantom/draw/pose.ts';
import { boneTexture } from '#phantom/draw/texture.ts';
import type { Canvas } from '#phantom/draw/tube.ts';
import { viewOf } from '#phantom/draw/view.ts';

const paint = createPainter();
const number = (name: string) => LABELS.findIndex((label) => label.name === name);
const [BACKGROUND, SOFT, CARPALS] = ['background', 'soft tissue', 'carpals'].map(number) as [number, number, number];

type Masked = Phantom & { mask: Uint8Array };
const masked = (options: Omit<PhantomOptions, 'mask'>) => paint({ ...options, mask: true }) as Masked;

/** The label of the pixel that a point of the truth lies in; undefined outside of the picture. */
function labelAt({ mask }: Masked, [x, y]: readonly [number, number], size: number): number | undefined {
  const [column, row] = [Math.floor(x), Math.floor(y)];
  return column >= 0 && row >= 0 && column < size && row < size ? mask[row * size + column] : undefined;
}

/** No collimated frame hides anything of these. */
const free = (seed: number, count: number) =>
  Array.from({ length: 100 }, (_, picture) => picture)
    .filter((picture) => drawExposure(seed, picture).collimation === undefined)
    .slice(0, count);

describe('a label map', () => {
  it('is made if it is asked for, and does not change the picture or the truth', () => {
    const options = { seed: 7, picture: 3, size: 64, age: 100 };
    const { pixels, truth, mask } = paint(options);
    expect(mask).toBeUndefined();
    const withMask = masked(options);
    expect([withMask.pixels, withMask.truth]).toEqual([pixels, truth]);
    expect(withMask.mask).toHaveLength(64 * 64);
    masked({ ...options, size: 200 });
    expect(masked(options).mask).toEqual(withMask.mask);
  });

  it.each([
    ['left', 0],
    ['right', 1],
  ])('has the bones of a %s hand where the truth has them', (side, right) => {
    for (const picture of free(2, 6)) {
      const hand = masked({ seed: 2, picture, size: 200, age: [100, 228], right });
      expect(hand.truth.side).toBe(side);
      let seen = 0;
      for (const [name, { shaft }] of Object.entries(hand.truth.bones)) {
        const label = labelAt(hand, shaft, 200);
        if (label === undefined) continue;
        expect(label, name).toBe(labelOf(name));
        seen++;
      }
      expect(seen).toBeGreaterThanOrEqual(19);
      for (const [name, centre] of Object.entries(hand.truth.carpals)) {
        expect(labelAt(hand, centre, 200), name).toBe(CARPALS);
      }
    }
  });

  it('has what the bones cover that are drawn one by one: of those that overlap the highest label', () => {
    const [seed, size, age, sex] = [4, 256, 228, 'female'] as const; // all plates have closed
    for (const picture of free(seed, 1)) {
      const { mask } = masked({ seed, picture, size, age, sex });
      const [person, pose] = [drawPerson(seed, picture, age, sex), drawPose(seed, picture, 0.05)];
      const layout = layHand(person, pose);
      const view = viewOf(size, layout, pose, person.lengthScale);
      const covered = new Uint8Array(size * size);
      const cover = (label: number, draw: (canvas: Canvas) => void) => {
        const [bone, soft, noise] = [0, 1, 2].map(() => new Float32Array(size * size)) as [
          Float32Array,
          Float32Array,
          Float32Array,
        ];
        draw({ size, scale: view.scale, bone, soft, noise, texture: boneTexture() });
        for (const [at, met] of bone.entries()) if (met !== 0 && covered[at]! < label) covered[at] = label;
      };
      const { long, carpals, sesamoid } = bonesOf({ person, pose, layout, view });
      for (const placed of long) cover(labelOf(placed.bone.name), (canvas) => addLongBone(canvas, placed));
      for (const placed of carpals) cover(CARPALS, (canvas) => addCarpal(canvas, placed));
      cover(number('metacarpals'), (canvas) => addRoundBone(canvas, sesamoid!.centre, sesamoid!.radius, 1));
      expect(long.map(({ stage }) => stage.fusion)).toEqual(long.map(() => 1));
      expect(
        Buffer.compare(
          mask.map((label) => (label > SOFT ? label : 0)),
          covered,
        ),
      ).toBe(0);
    }
  });

  it('gives a pixel to the label that covers most of it, by the map of a picture that is many times as large', () => {
    const large = 1024;
    for (const [size, age] of [
      [32, 20],
      [64, 90],
      [128, 200],
    ] as const) {
      const options = { seed: 3, picture: 1, age, anomaly: 0 };
      const [small, fine] = [masked({ ...options, size }).mask, masked({ ...options, size: large }).mask];
      const times = large / size;
      let differ = 0;
      for (let row = 0; row < size; row++) {
        for (let column = 0; column < size; column++) {
          const counts = LABELS.map(() => 0);
          for (let y = 0; y < times; y++) {
            for (let x = 0; x < times; x++) counts[fine[(row * times + y) * large + column * times + x]!]!++;
          }
          if (counts.indexOf(Math.max(...counts)) !== small[row * size + column]) differ++;
        }
      }
      expect(differ / size / size, `${size} pixels`).toBeLessThan(0.006);
    }
  });

  it('has flesh in a growth plate that is open, and bone when it has closed', () => {
    const size = 600;
    const plates = (age: number) => {
      const hand = masked({ seed: 3, picture: free(3, 1)[0]!, size, age, sex: 'female' });
      return ['proximal2', 'proximal3', 'middle3', 'metacarpal3'].map((name) =>
        labelAt(hand, hand.truth.bones[name]!.plate.centre, size),
      );
    };
    expect(plates(130)).toEqual([SOFT, SOFT, SOFT, SOFT]);
    expect(plates(228)).toEqual(['proximal2', 'proximal3', 'middle3', 'metacarpal3'].map(labelOf));
  });

  it('lacks a missing bone, and has all others as they were', () => {
    const size = 256;
    let lacking = 0;
    for (const picture of free(5, 30)) {
      const options = { seed: 5, picture, size, age: 228, sex: 'male' } as const;
      const hand = masked({ ...options, anomaly: 1 });
      const { kind, bone } = hand.truth.anomaly!;
      if (kind !== 'missing' || !/^(proximal|middle|distal)/.test(bone)) continue;
      const label = labelOf(bone);
      const healthy = masked(options).mask;
      const changed = Array.from(healthy.keys()).filter((at) => healthy[at] !== hand.mask[at]);
      expect(changed.length).toBeGreaterThan(30);
      for (const at of changed) expect(healthy[at]).toBe(label);
      lacking++;
    }
    expect(lacking).toBeGreaterThan(2);
  });

  it('has background outside of a collimated frame and where the marker is', () => {
    const size = 256;
    let [cut, marked] = [0, 0];
    for (let picture = 0; picture < 30; picture++) {
      const hand = masked({ seed: 8, picture, size, age: [60, 220] });
      const { marker } = hand.truth;
      if (marker) {
        expect(labelAt(hand, [marker.at[0] + 2, marker.at[1] - 2], size)).toBe(BACKGROUND);
        marked++;
      }
      const { collimation } = drawExposure(8, picture);
      const last = hand.mask.subarray(size * (size - 1));
      if ((collimation?.margins[3] ?? -1) > 0.012 && Math.abs(collimation!.turn) < 0.01) {
        expect(new Set(last)).toEqual(new Set([BACKGROUND]));
        cut++;
      } else if ((collimation?.margins[3] ?? -1) < 0) {
        expect(last.includes(number('radius'))).toBe(true); // the forearm leaves the picture
      }
    }
    expect(Math.min(cut, marked)).toBeGreaterThan(2);
  });
});
