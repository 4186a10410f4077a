/** What is known of a model's privacy: `audit.json`. It names no image, so it can be passed on. */

import type { Privacy } from '@onnoise/base/folders';
import type { Verdict } from '@onnoise/scheduler/evaluation';
import type { Audit } from '../membership/types.ts';

/** What an evaluation of the same network on the same images found of copies. */
export interface CopyFindings {
  verdict: Verdict;
  /** Sentences. */
  reason: string;
  /** Of the evaluation. ISO 8601 */
  date: string;
  onnoise: string;
  /** SHA-256 of its evaluation.json. */
  hash: string;
  /** Images of each kind that were compared. */
  counts: { samples: number; training: number; heldOut: number };
  /** Pictures that lie suspiciously near to a training image, and how many would by chance. */
  tests: { space: string; flagged: number; expected: number }[];
  /** The largest share of copies among all that it draws that would have gone unseen; null where there is none. */
  unseen: number | null;
  /** That looks for them again, with names in place of folders. */
  command: string;
}

export interface PrivacyReport extends Audit {
  /** null where no evaluation was at hand. */
  copies: CopyFindings | null;
  /** As training.json states it; null where it states none. */
  differentialPrivacy: (Privacy & { started: boolean }) | null;
}
