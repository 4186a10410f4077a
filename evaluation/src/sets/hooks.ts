/** How an evaluation tells of itself, and prepares images. */
import type { ReportProgress } from '@onnoise/base/terminal';
import type { Dataset, PrepareOptions } from '@onnoise/training/data';

export interface EvaluationHooks {
  /** Runs one stage of the work, whose progress is counted in `unit`. */
  stage: <T>(label: string, unit: string, work: (report: ReportProgress) => Promise<T>) => Promise<T>;
  /** `prepareDataset`, with whatever progress the caller shows. */
  prepare: (options: PrepareOptions) => Promise<Dataset>;
  /** Gets a sentence that the user should read. */
  onNote: (sentence: string) => void;
  signal?: AbortSignal | undefined;
}

/** How far a search is, in rows, and whether it is to stop: it then rejects with the signal's reason. */
export interface Watch {
  onProgress?: ((done: number, total: number) => void) | undefined;
  signal?: AbortSignal | undefined;
}
