/** What an audit is told, and how it tells of itself. */

import type { TrainingFile } from '@onnoise/base/folders';
import type { ReportProgress } from '@onnoise/base/terminal';
import type { DeviceChoice, ModelFolder } from '@onnoise/runtime-node';
import type { Dataset, PrepareOptions } from '@onnoise/training/data';
import type { Attack } from './membership/index.ts';
import type { NamedEvaluation } from './privacy/index.ts';

export interface AuditJob {
  model: ModelFolder;
  /** Its training.json, if it has one. */
  training: TrainingFile | undefined;
  /** The images that it was trained on, split as in training. */
  data: PrepareOptions;
  /** Images that it has never seen. Default: those that training held out. */
  test?: PrepareOptions | undefined;
  /** Options of the images for the report: `--csv <knees.csv>`. Default: told from the names of the images. */
  typed?: readonly string[] | undefined;
  /** Whether the user says how many channels the images shall have. */
  forced: boolean;
  /** Whether images may be others than training.json names. */
  otherImages: boolean;
  attacks: readonly Attack[];
  timesteps?: readonly number[] | undefined;
  draws: number;
  seed: number;
  /** Images of each kind that are scored; default: all. */
  count?: number | undefined;
  shadows: number;
  /** Of a shadow. Default: as often over its images as the model went over its own. */
  steps?: number | undefined;
  /** For training shadows in this call. */
  minutes?: number | undefined;
  device: DeviceChoice;
  /** Where an evaluation of the model lies, which looked for copies. */
  evaluation: NamedEvaluation;
  /** Folder of shadows and scores. */
  run: string;
}

export interface AuditHooks {
  /** Runs one stage of the work, whose progress is counted in `unit`. */
  stage: <T>(label: string, unit: string, work: (report: ReportProgress) => Promise<T>) => Promise<T>;
  prepare: (options: PrepareOptions) => Promise<Dataset>;
  /** Gets a sentence that the user should read. */
  onNote: (sentence: string) => void;
  signal: AbortSignal;
}
