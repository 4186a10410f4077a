/** The speed of a sampling, and the formats of times and rates. */

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
