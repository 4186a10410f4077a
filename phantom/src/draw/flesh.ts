/** The cones that soft tissue is made of: along the fingers, over palm and wrist, along the forearm. */
import { go, type LaidBone, type Layout } from './layout.ts';
import type { Point } from './long-bone.ts';
import type { Person } from './person.ts';
import type { Finger } from './skeleton.ts';
import type { Cone } from './tissue.ts';
import type { View } from './view.ts';

/** Radii of a grown man's middle finger in millimetres: at the knuckle, at the next two joints, at the tip. */
const FINGER = [10.4, 9.4, 8, 6.4] as const;
const THUMB = [12.2, 10.6, 7.6] as const;
const THICKNESS: Readonly<Record<Finger, number>> = { 1: 1, 2: 0.98, 3: 1, 4: 0.95, 5: 0.84 };

/** Less than lengths, as with bones. */
const STOUTNESS = 0.8;

const between = ({ proximal: a, distal: b }: LaidBone, share: number): Point => [
  a[0] + (b[0] - a[0]) * share,
  a[1] + (b[1] - a[1]) * share,
];

export function fleshOf({ rays, radius, ulna }: Layout, person: Person, view: View): Cone[] {
  const thick = person.lengthScale ** STOUTNESS * person.flesh;
  const cones: Cone[] = [];
  const add = (from: Point, to: Point, r0: number, r1: number) => {
    const radii = [r0 * thick * view.scale, r1 * thick * view.scale] as const;
    cones.push({ from: view.toPicture(from), to: view.toPicture(to), radii });
  };
  for (const [finger, ray] of rays) {
    const radii = (finger === 1 ? THUMB : FINGER).map((value) => value * THICKNESS[finger]);
    const phalanges = ray.slice(1);
    phalanges.forEach((bone, k) => {
      const last = k === phalanges.length - 1;
      add(between(bone, 0), between(bone, last ? 0.86 : 1), radii[k]!, radii[k + 1]!);
    });
  }
  const [first, second, third, fourth, fifth] = ([1, 2, 3, 4, 5] as const).map((finger) => rays.get(finger)!) as [
    readonly LaidBone[],
    readonly LaidBone[],
    readonly LaidBone[],
    readonly LaidBone[],
    readonly LaidBone[],
  ];
  // The palm reaches between the fingers' roots.
  for (const ray of [second, third, fourth, fifth]) {
    add(between(ray[0]!, 0), between(ray[1]!, 0.4), 12.5, 12);
  }
  add(between(fifth[0]!, 0), between(fifth[0]!, 0.8), 15, 11.5);
  const heel: Point = [13 * person.lengthScale, -6 * person.lengthScale];
  add(heel, between(first[0]!, 1), 15.5, 12);
  add(between(first[0]!, 0.6), between(second[0]!, 0.5), 10.5, 11);
  add(between(first[0]!, 0.35), between(second[0]!, 0.3), 12, 11);
  add(radius.distal, between(second[0]!, 0), 13, 13);
  add(radius.distal, between(third[0]!, 0), 12, 12);
  add(ulna.distal, between(fifth[0]!, 0), 12.5, 13);
  add(radius.distal, ulna.distal, 16, 13);
  add(between(radius, 0), radius.distal, 33, 18);
  add(between(ulna, 0), ulna.distal, 31, 14.5);
  // Flesh between the bones of the forearm.
  add(middle(between(radius, 0), between(ulna, 0)), middle(radius.distal, ulna.distal), 38, 17.5);
  return cones;
}

const middle = (a: Point, b: Point): Point => [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];

/** Where a sesamoid bone lies: beside the head of the thumb's metacarpal, on the side of the fingers. */
export const sesamoidPlace = ({ rays }: Layout, lengthScale: number): Point => {
  const [metacarpal] = rays.get(1)!;
  const [dx, dy] = [metacarpal!.distal[0] - metacarpal!.proximal[0], metacarpal!.distal[1] - metacarpal!.proximal[1]];
  const direction = (Math.atan2(dx, dy) * 180) / Math.PI;
  return go(between(metacarpal!, 0.95), direction - 90, 5.2 * lengthScale);
};
