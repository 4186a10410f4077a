/**
 * Progress on the terminal, on standard error so that results on standard output can be piped.
 * A terminal gets a bar with rate and time left; a file or a log gets a plain line now and then, at least one a minute.
 */
import { formatDuration, formatNumber } from '../text/format.ts';
import { isQuiet } from './voice.ts';

export interface ProgressEvent {
  /** Units done so far, counted from 0. */
  done: number;
  /** Units in all; may change while the work goes on. */
  total: number;
  /** What else to show: a loss, a file name. */
  note?: string;
}

export type ReportProgress = (event: ProgressEvent) => void;

export interface ProgressOptions {
  /** What is counted, as a plural: `images`, `steps`. */
  unit: string;
  stream?: NodeJS.WriteStream;
  /** Seconds; for tests. */
  now?: () => number;
}

const PLAIN_SECONDS = 5;
const PLAIN_SHARE = 0.1;
/** A log that is silent for longer looks as if the work had stopped. */
const PLAIN_MOST_SECONDS = 60;
const BAR_WIDTH = 24;

/**
 * Runs `work` with a progress bar, which appears with the first report and closes when the work ends or fails. --quiet
 * hides it.
 * @param label what is being done, as a heading: `Training`.
 */
export async function withProgress<T>(
  label: string,
  options: ProgressOptions,
  work: (report: ReportProgress) => Promise<T>,
): Promise<T> {
  if (isQuiet()) return work(() => {});
  const stream = options.stream ?? process.stderr;
  const sink = stream.isTTY
    ? await createBar(label, { ...options, stream })
    : createLines(label, { ...options, stream });
  try {
    return await work(sink.report);
  } finally {
    sink.stop();
  }
}

interface Sink {
  report: ReportProgress;
  stop: () => void;
}

async function createBar(label: string, options: ProgressOptions & { stream: NodeJS.WriteStream }): Promise<Sink> {
  const { default: cliProgress } = await import('cli-progress');
  const clock = createClock(options);
  let latest: ProgressEvent | undefined;
  const bar = new cliProgress.SingleBar({
    stream: options.stream,
    hideCursor: true,
    fps: 8,
    clearOnComplete: false,
    linewrap: false,
    format: () => (latest === undefined ? label : describeProgress(label, latest, clock.elapsed(), options.unit, true)),
  });
  return {
    report: (event) => {
      if (latest === undefined) {
        clock.start(event.done);
        bar.start(event.total, event.done);
      }
      latest = event;
      bar.setTotal(event.total);
      bar.update(event.done);
    },
    stop: () => bar.stop(),
  };
}

function createLines(label: string, options: ProgressOptions & { stream: NodeJS.WriteStream }): Sink {
  const clock = createClock(options);
  let started = false;
  let lastTime = 0;
  let lastShare = 0;
  let ended = false;
  let pending: ProgressEvent | undefined;
  let latest: ProgressEvent | undefined;
  const silence = () => clock.elapsed().seconds - lastTime;
  const write = (event: ProgressEvent) => {
    pending = undefined;
    ended = event.done >= event.total;
    lastTime = clock.elapsed().seconds;
    lastShare = share(event);
    options.stream.write(`${describeProgress(label, event, clock.elapsed(), options.unit, false)}\n`);
  };
  // Reports come with the work, and one unit of it may take longer than a minute.
  const timer = setInterval(() => {
    if (silence() < PLAIN_MOST_SECONDS) return;
    if (latest !== undefined) return write(latest);
    lastTime = clock.elapsed().seconds;
    options.stream.write(`${label}  no ${options.unit} yet after ${formatDuration(lastTime)}\n`);
  }, 1000);
  timer.unref();
  return {
    report: (event) => {
      if (!started) {
        started = true;
        clock.start(event.done);
        lastShare = share(event);
      }
      pending = event;
      latest = event;
      const grown = silence() >= PLAIN_SECONDS && share(event) - lastShare >= PLAIN_SHARE;
      const due = grown || silence() >= PLAIN_MOST_SECONDS;
      // Reports after the last unit, each with another note, wait for the end.
      if (due || (event.done >= event.total && !ended)) write(event);
    },
    stop: () => {
      clearInterval(timer);
      if (pending !== undefined) write(pending);
    },
  };
}

interface Elapsed {
  /** Time since the work began. */
  seconds: number;
  /** Seconds and units done at the first report, so that the rate leaves out the start and a resumed run's past. */
  from: { seconds: number; done: number };
}

function createClock({ now = () => performance.now() / 1000 }: ProgressOptions) {
  const begin = now();
  let from = { seconds: 0, done: 0 };
  return {
    start: (done: number) => {
      from = { seconds: now() - begin, done };
    },
    elapsed: (): Elapsed => ({ seconds: now() - begin, from }),
  };
}

/** One line of progress: `Sampling  [====    ]  40 %  20/50 steps  12.3 steps/s  2 s left  note`. */
export function describeProgress(
  label: string,
  event: ProgressEvent,
  { seconds, from }: Elapsed,
  unit: string,
  withBar: boolean,
): string {
  const { done, total, note } = event;
  const rate = seconds > from.seconds ? (done - from.done) / (seconds - from.seconds) : 0;
  const filled = Math.round(share(event) * BAR_WIDTH);
  const parts = [
    label,
    ...(withBar ? [`[${'='.repeat(filled)}${' '.repeat(BAR_WIDTH - filled)}]`] : []),
    `${Math.floor(share(event) * 100)}%`,
    `${done}/${total} ${unit}`,
    ...(rate > 0 ? [`${formatNumber(rate)} ${unit}/s`] : []),
    done >= total ? `took ${formatDuration(seconds)}` : rate > 0 ? `${formatDuration((total - done) / rate)} left` : '',
    note ?? '',
  ];
  return parts.filter((part) => part !== '').join('  ');
}

function share({ done, total }: ProgressEvent): number {
  return total > 0 ? Math.min(1, Math.max(0, done / total)) : 0;
}
