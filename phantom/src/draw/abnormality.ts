/** Findings that can be planted, each at a place that the truth names. */
import type { Anomaly } from './anomaly.ts';
import { drawFor } from './random.ts';

const ABNORMALITIES = ['fracture', 'missing phalanx', 'short metacarpal'] as const;

export interface Abnormality {
  kind: (typeof ABNORMALITIES)[number];
  /** `metacarpal5`, `middle2`. */
  bone: string;
  /** Of a fracture: its place as a share of the bone's length, from the proximal end. */
  at?: number;
  /** Of a fracture: its slant against the bone's axis in degrees, and how far the fragments are apart sideways, in mm of a grown man's. */
  slant?: number;
  shift?: number;
}

const FRACTURED = [
  'metacarpal5',
  'metacarpal4',
  'metacarpal2',
  'proximal5',
  'proximal1',
  'proximal3',
  'radius',
  'radius',
] as const;
const MISSING = ['middle5', 'middle2', 'distal2', 'distal3', 'distal4', 'distal5'] as const;
const SHORT = ['metacarpal4', 'metacarpal4', 'metacarpal5', 'metacarpal3'] as const;

/** What the picture's hand has, if it is one of the `share` that have something. The draws are the same for every share. */
export function drawAbnormality(seed: number, picture: number, share: number): Abnormality | undefined {
  const draw = drawFor(seed, picture, 'abnormality');
  const has = draw.chance(share);
  const kind = ABNORMALITIES[draw.pick(ABNORMALITIES.length)]!;
  const which = draw.uniform(0, 1);
  const [at, slant, shift] = [draw.uniform(0.4, 0.65), draw.uniform(40, 85), draw.uniform(0.5, 1.8)];
  if (!has) return undefined;
  const from = (bones: readonly string[]) => bones[Math.floor(which * bones.length)]!;
  if (kind === 'missing phalanx') return { kind, bone: from(MISSING) };
  if (kind === 'short metacarpal') return { kind, bone: from(SHORT) };
  const bone = from(FRACTURED);
  // A child's radius breaks a thumb's width above the wrist.
  return { kind, bone, at: bone === 'radius' ? 0.84 + 0.12 * (at - 0.4) : at, slant, shift };
}

/** What the lengths of bones are multiplied by. */
export function shorterBones(
  abnormality: Abnormality | undefined,
  anomaly?: Anomaly | undefined,
): ReadonlyMap<string, number> {
  const lengths = new Map<string, number>();
  if (anomaly?.length !== undefined) lengths.set(anomaly.bone, anomaly.length);
  if (abnormality === undefined || abnormality.kind === 'fracture') return lengths;
  return lengths.set(abnormality.bone, abnormality.kind === 'missing phalanx' ? 0.12 : 0.76);
}
