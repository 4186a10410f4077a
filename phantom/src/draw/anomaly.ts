/**
 * A hand with one finger bone that is missing or clearly too short: what a search for anomalies is measured on. They are drawn
 * apart from the findings of `abnormality.ts`, whose pictures they leave as they are.
 */
import { drawFor } from './random.ts';

export interface Anomaly {
  /** `missing`: the bone is not there, its flesh is. `short`: the finger is shorter by what the bone lacks. */
  kind: 'missing' | 'short';
  /** `metacarpal5`, `middle2`. */
  bone: string;
  /** Of a short bone: its length as a share of what it would be. */
  length?: number;
}

const BONES: readonly string[] = [
  ...[1, 2, 3, 4, 5].map((finger) => `metacarpal${finger}`),
  ...[1, 2, 3, 4, 5].map((finger) => `proximal${finger}`),
  ...[2, 3, 4, 5].map((finger) => `middle${finger}`),
  ...[1, 2, 3, 4, 5].map((finger) => `distal${finger}`),
];

/** What the picture's hand has, if it is one of the `share` that have something. The draws are the same for every share. */
export function drawAnomaly(seed: number, picture: number, share: number): Anomaly | undefined {
  const draw = drawFor(seed, picture, 'anomaly');
  const has = draw.chance(share);
  const missing = draw.chance(0.5);
  const bone = BONES[draw.pick(BONES.length)]!;
  const length = Math.round(100 * draw.uniform(0.4, 0.6)) / 100;
  if (!has) return undefined;
  return missing ? { kind: 'missing', bone } : { kind: 'short', bone, length };
}
