/**
 * Where the bones lie: first in millimetres, in a hand with its fingers up (x toward the thumb, y toward the fingers, from
 * the neck of the capitate), then in the picture.
 */
import { CARPALS, type Carpal } from './ages.ts';
import { CARPAL_SHAPES } from './carpal.ts';
import type { Point } from './long-bone.ts';
import type { Person } from './person.ts';
import type { Pose } from './pose.ts';
import { FINGERS, type Finger, type LongBone, RADIUS, rayOf, ULNA } from './skeleton.ts';

/** Bases of the metacarpals of a grown man. */
const BASES: Readonly<Record<Finger, Point>> = {
  1: [25.5, 14.6],
  2: [11.5, 17.6],
  3: [0.5, 17.4],
  4: [-9.6, 15],
  5: [-18.2, 11.4],
};

/** Directions of metacarpal, proximal, middle and distal phalanx, in degrees toward the thumb. */
const DIRECTIONS: Readonly<Record<Finger, readonly number[]>> = {
  1: [37, 25, 19],
  2: [6, 9, 6, 4],
  3: [0, 1, 0, 0],
  4: [-7, -6, -4, -3],
  5: [-14.5, -17, -12, -9],
};

/** How far each finger goes aside when the hand is spread. */
const SPREADS: Readonly<Record<Finger, number>> = { 1: 1.4, 2: 0.9, 3: 0.1, 4: -0.6, 5: -1.3 };

/** Between the ends of two grown bones of a grown man, in millimetres. */
const JOINT = 1.5;

/** Ends of the forearm's bones at the wrist. */
const WRIST: Readonly<Record<'radius' | 'ulna', Point>> = { radius: [7.4, -16], ulna: [-18.4, -21] };

export interface LaidBone {
  bone: LongBone;
  proximal: Point;
  distal: Point;
}

export interface Layout {
  rays: ReadonlyMap<Finger, readonly LaidBone[]>;
  radius: LaidBone;
  ulna: LaidBone;
  carpals: ReadonlyMap<Carpal, Point>;
}

const toRadians = (degrees: number) => (degrees * Math.PI) / 180;

/** From a point in a direction, degrees toward the thumb from straight up. */
export const go = ([x, y]: Point, degrees: number, length: number): Point => [
  x + length * Math.sin(toRadians(degrees)),
  y + length * Math.cos(toRadians(degrees)),
];

/** @param shorter what a bone's length is multiplied by, by name; 0 leaves no room for it */
export function layHand(person: Person, pose: Pose, shorter: ReadonlyMap<string, number> = new Map()): Layout {
  const { lengthScale: g, breadth } = person;
  const scaled = ([x, y]: Point): Point => [x * g * breadth, y * g];
  const lengthOf = ({ name, length }: LongBone) => length * g * person.lengths.get(name)! * (shorter.get(name) ?? 1);
  const layRay = (finger: Finger): LaidBone[] => {
    let at = scaled(BASES[finger]);
    return rayOf(finger).map((bone, k) => {
      const [spread, bend] = [pose.spread * (k === 0 ? 0.35 : 1) * SPREADS[finger], pose.bends.get(finger)![k]!];
      const direction = DIRECTIONS[finger][k]! * breadth + spread + bend;
      const distal = go(at, direction, lengthOf(bone) * pose.foreshortening[k]!);
      const laid = { bone, proximal: at, distal };
      at = go(distal, direction, JOINT * g);
      return laid;
    });
  };
  const layForearm = (bone: LongBone, aside: number): LaidBone => {
    const distal = turn(scaled(WRIST[bone.name as 'radius' | 'ulna']), pose.wrist);
    return { bone, distal, proximal: go(distal, 180 + pose.wrist + aside, bone.length * g) };
  };
  return {
    rays: new Map(FINGERS.map((finger) => [finger, layRay(finger)])),
    radius: layForearm(RADIUS, 1.5),
    ulna: layForearm(ULNA, -1),
    carpals: new Map(CARPALS.map((name) => [name, scaled(CARPAL_SHAPES[name].centre)])),
  };
}

/** Turned around the capitate, in degrees toward the thumb. */
function turn([x, y]: Point, degrees: number): Point {
  const [cos, sin] = [Math.cos(toRadians(degrees)), Math.sin(toRadians(degrees))];
  return [x * cos + y * sin, y * cos - x * sin];
}
