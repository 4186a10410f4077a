/**
 * The bones of a grown man's hand and how they become smaller: lengths and widths in millimetres, rounded. They are
 * plausible, and not measured on anybody. The course of growth follows that of metacarpals and phalanges in Garn et al.
 * 1972, "Metacarpophalangeal length in the evaluation of skeletal malformation" (Radiology 105:375).
 */
import type { Sex } from './ages.ts';

export interface LongBone {
  /** `metacarpal3`, `proximal1` (of the thumb), `radius`. */
  name: string;
  /** With both ends grown. */
  length: number;
  /** Widths of the proximal end, of the thinnest place, and of the distal end. */
  widths: readonly [proximal: number, waist: number, distal: number];
  /** The end that grows. */
  plate: 'proximal' | 'distal';
  /** Length of the grown epiphysis. */
  epiphysis: number;
}

/** 1 is the thumb. */
export const FINGERS = [1, 2, 3, 4, 5] as const;
export type Finger = (typeof FINGERS)[number];

type Size = readonly [length: number, proximal: number, waist: number, distal: number];

const METACARPALS: readonly Size[] = [
  [46, 14.5, 10, 14.5],
  [68, 15.5, 9, 14.5],
  [65, 13.5, 9, 14.5],
  [58, 12, 7.6, 12.8],
  [53, 12, 8, 12.2],
];
const PROXIMAL: readonly Size[] = [
  [32, 14, 9, 12],
  [41, 15, 9.4, 11.4],
  [45, 15.4, 9.8, 11.8],
  [42, 14.2, 9, 11],
  [33, 12.8, 7.8, 9.4],
];
const MIDDLE: readonly Size[] = [
  [24, 12.6, 8, 9.8],
  [29, 13.2, 8.4, 10.4],
  [28, 12.6, 8, 10],
  [20, 10.8, 7, 8.4],
];
const DISTAL: readonly Size[] = [
  [23, 13, 7.6, 9.8],
  [18.5, 10.2, 5, 7.8],
  [19.5, 10.8, 5.4, 8.4],
  [20, 10.4, 5.2, 8.2],
  [17.5, 9, 4.4, 6.8],
];

const bone = (name: string, [length, ...widths]: Size, plate: LongBone['plate'], epiphysis: number): LongBone => ({
  name,
  length,
  widths,
  plate,
  epiphysis,
});

/** From the metacarpal to the tip; the thumb has no middle phalanx. */
export function rayOf(finger: Finger): LongBone[] {
  const i = finger - 1;
  const metacarpal = METACARPALS[i]!;
  return [
    bone(`metacarpal${finger}`, metacarpal, finger === 1 ? 'proximal' : 'distal', finger === 1 ? 6 : 10),
    bone(`proximal${finger}`, PROXIMAL[i]!, 'proximal', 5.2),
    ...(finger === 1 ? [] : [bone(`middle${finger}`, MIDDLE[i - 1]!, 'proximal', 4.2)]),
    bone(`distal${finger}`, DISTAL[i]!, 'proximal', 3.8),
  ];
}

/** As far as pictures show them. */
export const RADIUS = bone('radius', [150, 16, 15.5, 31], 'distal', 10);
export const ULNA = bone('ulna', [150, 14, 11.5, 16.5], 'distal', 7.5);

/** Length of the hand's bones as a share of a grown man's, by age in months. */
const LENGTHS: Readonly<Record<Sex, readonly (readonly [months: number, share: number])[]>> = {
  female: [
    [0, 0.28],
    [12, 0.385],
    [24, 0.45],
    [48, 0.55],
    [72, 0.64],
    [96, 0.715],
    [120, 0.8],
    [144, 0.88],
    [168, 0.92],
    [192, 0.93],
    [240, 0.93],
  ],
  male: [
    [0, 0.275],
    [12, 0.375],
    [24, 0.44],
    [48, 0.54],
    [72, 0.63],
    [96, 0.7],
    [120, 0.765],
    [144, 0.835],
    [168, 0.925],
    [192, 0.985],
    [216, 1],
    [240, 1],
  ],
};

/** @param age in months, 0 to 240 */
export function lengthShare(age: number, sex: Sex): number {
  const points = LENGTHS[sex];
  const next = Math.max(
    1,
    points.findIndex(([months]) => months >= age),
  );
  const [[from, low], [to, high]] = [points[next - 1]!, points[next]!];
  return low + ((high - low) * (age - from)) / (to - from);
}

/** Widths grow less than lengths, so a child's bones are stout. */
const STOUTNESS = 0.72;

/** Men's bones are wider for their length; more so here than in people, so that small pictures show it. */
const WIDTH_BY_SEX: Readonly<Record<Sex, number>> = { female: 0.91, male: 1.05 };

/** Men's hands are broader for their length; here, too, more so than in people. */
export const BREADTH_BY_SEX: Readonly<Record<Sex, number>> = { female: 1.09, male: 1.19 };

/** Widths as a share of a grown man's. @param length from {@link lengthShare} */
export const widthShare = (length: number, sex: Sex): number => length ** STOUTNESS * WIDTH_BY_SEX[sex];
