/**
 * The word for what a sampling counts. The engine counts network calls; they are steps only where the sampler makes one
 * call a step, and each step is made once.
 */
import { type SamplerName, samplerRecord } from '@onnoise/scheduler';

export type Unit = 'step' | 'call';

export const unitOf = (sampler: SamplerName, resamples = 1): Unit =>
  samplerRecord(sampler).calls === 1 && resamples === 1 ? 'step' : 'call';

/** `1 step`, `19 network calls`. */
export function counted(count: number, unit: Unit): string {
  if (unit === 'step') return count === 1 ? '1 step' : `${count} steps`;
  return count === 1 ? '1 network call' : `${count} network calls`;
}

/** `step 3 of 20`, `network call 3 of 38` */
export const placeWords = (unit: Unit, at: number, of: number): string =>
  unit === 'step' ? `step ${at} of ${of}` : `network call ${at} of ${of}`;
