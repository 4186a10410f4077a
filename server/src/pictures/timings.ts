/** How long the parts of a request took. */

export interface Timings {
  /** Seconds until the first step of its first picture. */
  queue: number;
  /** From then until the last picture was there. */
  steps: number;
  /** And until the answer was encoded. */
  encoding: number;
}

/** When these parts began and ended, in Unix milliseconds. */
export interface Marks {
  began: number;
  start: number;
  made: number;
  done: number;
}

/** A clock of one request, from now on. */
export function createTimer() {
  const began = performance.now();
  let first = Number.POSITIVE_INFINITY;
  let made = began;
  return {
    /** An image is there, which took so many milliseconds from its first step. */
    image(took: number): void {
      made = performance.now();
      first = Math.min(first, made - took);
    },
    /** All is done. */
    read(): Marks {
      const start = Math.min(Math.max(first, began), made);
      const { timeOrigin } = performance;
      const [a, b, c, d] = [began, start, made, performance.now()].map((time) => timeOrigin + time);
      return { began: a!, start: b!, made: c!, done: d! };
    },
  };
}

export const timingsOf = ({ began, start, made, done }: Marks): Timings => ({
  queue: seconds(start - began),
  steps: seconds(made - start),
  encoding: seconds(done - made),
});

/** Milliseconds as seconds, to a tenth of a millisecond. */
export const seconds = (milliseconds: number): number => Math.round(milliseconds * 10) / 10_000;

/** For the header `Server-Timing`, in milliseconds (W3C Server Timing). */
export const serverTiming = (timings: Timings): string =>
  Object.entries(timings)
    .map(([name, value]) => `${name};dur=${(1000 * value).toFixed(1)}`)
    .join(', ');
