/** How long the parts of a request took. */

export interface Timings {
  /** Seconds until the first step of its first picture. */
  queue: number;
  /** From then until the last picture was there. */
  steps: number;
  /** And until the answer was encoded. */
  encoding: number;
}

/** A clock of one request, from now on. */
export function createTimer() {
  const began = performance.now();
  /** Milliseconds. */
  let first = Number.POSITIVE_INFINITY;
  let made = began;
  return {
    /** An image is there, which took so many milliseconds from its first step. */
    image(took: number) {
      made = performance.now();
      first = Math.min(first, made - took);
    },
    read(): Timings {
      const start = Math.min(Math.max(first, began), made);
      return {
        queue: seconds(start - began),
        steps: seconds(made - start),
        encoding: seconds(performance.now() - made),
      };
    },
  };
}

/** Milliseconds as seconds, to a tenth of a millisecond. */
export const seconds = (milliseconds: number): number => Math.round(milliseconds * 10) / 10_000;

/** For the header `Server-Timing`, in milliseconds (W3C Server Timing). */
export const serverTiming = (timings: Timings): string =>
  Object.entries(timings)
    .map(([name, value]) => `${name};dur=${(1000 * value).toFixed(1)}`)
    .join(', ');
