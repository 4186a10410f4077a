/** Words and numbers beside a sampling: its speed, its unit, and the options of its sampler. */
import {
  compileSampler,
  InputError,
  overshoots,
  SAMPLER_NAMES,
  type SamplerName,
  type SamplerOption,
  type SamplerOptionName,
  type SamplerValues,
  type SchedulerConfig,
  samplerRecord,
} from '@onnoise/scheduler';

export interface Pace {
  /** Since the start. */
  seconds: number;
  /** Over the steps so far; 0 before there are two. */
  stepsPerSecond: number;
  /** Until the end at this pace; null before it is known. */
  left: number | null;
}

/** Seconds for which a step counts in the estimate. */
const WINDOW = 4;

/** The returned function takes the time of every step, in seconds since the start. The first, a warm-up, is ignored. */
export function createPace(steps: number): (step: number, seconds: number) => Pace {
  const recent: { step: number; seconds: number }[] = [];
  return (step, seconds) => {
    recent.push({ step, seconds });
    while (recent.length > 2 && seconds - recent[0]!.seconds > WINDOW) recent.shift();
    const [first] = recent;
    const elapsed = seconds - first!.seconds;
    const rate = recent.length > 1 && elapsed > 0 ? (step - first!.step) / elapsed : 0;
    return { seconds, stepsPerSecond: rate, left: rate > 0 ? (steps - step) / rate : null };
  };
}

/** 0.84 s, 12.3 s, 2 min 05 s. */
export function formatSeconds(seconds: number): string {
  if (seconds < 9.995) return `${seconds.toFixed(2)} s`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}

/** Three significant digits: 3.42, 34.2, 342. */
export function formatRate(rate: number): string {
  return rate < 10 ? rate.toFixed(2) : rate < 100 ? rate.toFixed(1) : String(Math.round(rate));
}

/** The last quarter (1 to 3) completed between steps `before` and `step`, else 0: when to announce progress. */
export function quarterReached(before: number, step: number, steps: number): number {
  const quarter = Math.floor((4 * step) / steps);
  return quarter <= 3 && quarter > Math.floor((4 * before) / steps) ? quarter : 0;
}

/**
 * The word for what a sampling counts. The engine counts network calls; they are steps only where the sampler makes one
 * call a step, and each step is made once.
 */

export type Unit = 'step' | 'network call';

export const unitOf = (sampler: SamplerName, resamples = 1): Unit =>
  samplerRecord(sampler).calls === 1 && resamples === 1 ? 'step' : 'network call';

/** `1 step`, `19 network calls`. */
export const counted = (count: number | string, unit: Unit): string => `${count} ${unit}${count === 1 ? '' : 's'}`;

/** Words for a sampler and its own options, and which of their choices the model and the sampler take. */

/** The option's phrase as a sentence, with samplers' names as the page writes them: `DDIM's fresh noise, from 0 ...` */
export function optionHint({ describe }: SamplerOption): string {
  const named = SAMPLER_NAMES.reduce(
    (text, name) => text.replace(new RegExp(`\\b${name}'s`, 'g'), `${samplerRecord(name).label}'s`),
    describe,
  );
  return `${named.charAt(0).toUpperCase()}${named.slice(1)}.`;
}

/** Whether a table can be made; true before the model is known. */
export function fits(
  config: SchedulerConfig | undefined,
  sampler: SamplerName,
  option?: { readonly [K in SamplerOptionName]?: string },
): boolean {
  if (config === undefined) return true;
  try {
    compileSampler(config, { sampler, steps: 1, ...(option as object) });
    return true;
  } catch (error) {
    if (error instanceof InputError) return false;
    throw error;
  }
}

/** What the sampler does, or that so few steps of it leave noise. @param asked undefined while something in the fields is wrong */
export function samplerHint(
  sampler: SamplerName,
  config?: SchedulerConfig,
  asked?: SamplerValues & { steps: number; sampler: SamplerName },
): string {
  const tooLong = config && asked && fits(config, sampler) && overshoots(compileSampler(config, asked));
  return tooLong
    ? 'The first step is too long for Heun and leaves noise: choose exponential spacing, or more steps.'
    : samplerRecord(sampler).hint;
}
