/** What attacks on a model found. It names no image, so it can be passed on. */

import type { Interval } from './area-interval.ts';
import type { Attack } from './names.ts';

export const AUDIT_VERSION = 1;

export type AuditVerdict = 'leaks' | 'no sign' | 'cannot tell';

/** The share of the training images that is found with few false positives. */
export interface FoundShare {
  /** Share of false positives, at most. */
  at: number;
  /** 0 to 1; null where there are too few held-out images. */
  value: number | null;
  /** Of 95 %, by itself. */
  interval: Interval | null;
  /** Held-out images above the threshold. */
  falsePositives: number;
  /** Whether it is more than chance, all attacks considered. */
  exceedsChance: boolean;
}

export interface AttackFigures {
  /** `all`: the attacks together. */
  attack: Attack | 'all';
  /** Absent for all timesteps together. */
  timestep?: number;
  /** Whether scores are calibrated by shadows; otherwise one threshold holds for all images. */
  calibrated: boolean;
  /** 0.5 is chance. `interval`: of 95 %, by itself. `joint`: so wide that all attacks' hold together in 95 %. */
  auc: { value: number; interval: Interval; joint: Interval };
  /** At 1 % and at 0.1 %. */
  found: FoundShare[];
}

export interface Audit {
  version: typeof AUDIT_VERSION;
  /** ISO 8601 */
  date: string;
  onnoise: string;
  model: { name: string; hash: string; parameters: number; network: string };
  data: {
    name: string;
    hash: string;
    /** Images that were scored. */
    training: number;
    heldOut: number;
    /** Groups of them, such as patients. */
    trainingGroups: number;
    heldOutGroups: number;
    /** Name and hash of --test-data; absent for images that training held out. */
    test?: string;
    testHash?: string;
  };
  settings: {
    attacks: readonly Attack[];
    timesteps: readonly number[];
    draws: number;
    seed: number;
    /** Options that name the images and say how they are read, as they were typed but for the places: `--csv <knees.csv>`. */
    images?: readonly string[];
    /** Images of each kind that were asked for; absent for all. */
    count?: number;
    /** How training held images out; absent for held-out images of their own. */
    split?: { validationShare: number; seed: number; groupColumn?: string };
  };
  /** Absent without shadows. `images`: those that each learns from, at least. */
  shadows?: { asked: number; trained: number; images: number; steps: number; modelSteps: number | null };
  attacks: AttackFigures[];
  /** Number of the strongest in `attacks`. */
  strongest: number;
  /** How many training images stand out, of at most 10 % false ones; 0 unless the verdict is that it leaks. */
  exposed: number;
  verdict: AuditVerdict;
  /** Sentences. */
  reason: string;
  limits: string[];
  notes: string[];
}
