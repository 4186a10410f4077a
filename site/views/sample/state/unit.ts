/**
 * The word for what a sampling counts. The engine counts network calls; they are steps only where the sampler makes one
 * call a step, and each step is made once.
 */
import { type SamplerName, samplerRecord } from '@onnoise/scheduler';

/** The word itself: it is compared only here, where a translation says it as well. */
export type Unit = 'step' | 'network call';

export const unitOf = (sampler: SamplerName, resamples = 1): Unit =>
  samplerRecord(sampler).calls === 1 && resamples === 1 ? STEP : 'network call';

export const STEP = /* text */ 'step';

/** `1 step`, `19 network calls`. */
export const counted = (count: number | string, unit: Unit): string =>
  unit === STEP
    ? count === 1
      ? '1 step'
      : `${count} steps`
    : count === 1
      ? '1 network call'
      : `${count} network calls`;
