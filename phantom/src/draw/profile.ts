/**
 * Outlines of long bones: half the width at each share of the length, from the proximal end (0) to the distal end (1); and
 * how compact and spongy bone are spread along it.
 */
import type { LongBone } from './skeleton.ts';

type Knot = readonly [share: number, halfWidth: number];

const mix = (a: number, b: number, share: number) => a + (b - a) * share;

/** Knots of the outline, from half-widths of the ends and of the waist. */
const OUTLINES: Readonly<Record<string, (p: number, w: number, d: number) => readonly Knot[]>> = {
  metacarpal: (p, w, d) => [
    [0, p * 0.94],
    [0.05, p],
    [0.13, p * 0.88],
    [0.26, mix(p, w, 0.62)],
    [0.42, w * 1.03],
    [0.56, w],
    [0.7, w * 1.07],
    [0.81, mix(w, d, 0.5)],
    [0.89, d * 0.97],
    [0.945, d],
    [1, d * 0.86],
  ],
  phalanx: (p, w, d) => [
    [0, p * 0.93],
    [0.05, p],
    [0.12, p * 0.95],
    [0.25, mix(p, w, 0.62)],
    [0.45, w * 1.06],
    [0.64, w],
    [0.77, w * 1.03],
    [0.87, mix(w, d, 0.66)],
    [0.94, d],
    [1, d * 0.9],
  ],
  distal: (p, w, d) => [
    [0, p * 0.95],
    [0.08, p],
    [0.2, mix(p, w, 0.4)],
    [0.4, w * 1.14],
    [0.62, w],
    [0.75, mix(w, d, 0.45)],
    [0.87, d],
    [0.94, d * 0.97],
    [1, d * 0.7],
  ],
  radius: (p, w, d) => [
    [0, p],
    [0.5, w],
    [0.72, w * 1.02],
    [0.8, mix(w, d, 0.16)],
    [0.88, mix(w, d, 0.5)],
    [0.94, mix(w, d, 0.88)],
    [0.97, d],
    [1, d * 0.97],
  ],
  ulna: (p, w, d) => [
    [0, p],
    [0.6, w],
    [0.84, w * 0.97],
    [0.91, mix(w, d, 0.42)],
    [0.96, d * 0.97],
    [0.98, d],
    [1, d * 0.88],
  ],
};

const KIND: Readonly<Record<string, string>> = { proximal: 'phalanx', middle: 'phalanx', metacarpal1: 'phalanx' };

/** The kind of a bone by its name: metacarpal3 is a metacarpal, that of the thumb is shaped like a phalanx. */
const outlineOf = ({ name }: LongBone) => {
  const family = name.replace(/\d$/, '');
  return OUTLINES[KIND[name] ?? KIND[family] ?? family]!;
};

/** Half the width of a bone at a share of its length, in the unit of `widths`. */
export type Profile = (share: number) => number;

/** @param widthsScale what the grown man's widths are multiplied by */
export function profileOf(bone: LongBone, widthsScale: number): Profile {
  const [p, w, d] = bone.widths.map((width) => (width * widthsScale) / 2) as [number, number, number];
  const knots = outlineOf(bone)(p, w, d);
  return (share) => {
    let next = 1;
    while (next < knots.length - 1 && knots[next]![0] < share) next++;
    const [from, low] = knots[next - 1]!;
    const [to, high] = knots[next]!;
    const f = Math.min(1, Math.max(0, (share - from) / (to - from)));
    return mix(low, high, f);
  };
}

/** 0 at the ends of a bone and 1 along the middle third. */
const middleness = (share: number) => {
  const f = Math.min(1, Math.max(0, (0.5 - Math.abs(share - 0.5) - 0.06) / 0.3));
  return f * f * (3 - 2 * f);
};

/** Thickness of the cortex at a share of the length, in the unit of the width. @param dense about 1, less in thin bones */
export function cortexAt(share: number, bone: LongBone, widthsScale: number, dense: number): number {
  const widest = 0.23 * bone.widths[1] * widthsScale * dense;
  const thinnest = 0.55 * Math.sqrt(widthsScale);
  return mix(thinnest, Math.max(thinnest, widest), middleness(share));
}

/** Spongy bone as a share of compact bone: plenty at the ends, next to none in the shaft. */
export const spongeAt = (share: number, dense: number): number => dense * mix(0.38, 0.1, middleness(share));
