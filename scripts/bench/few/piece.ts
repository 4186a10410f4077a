/** What takes turns: a model that draws in one place, one picture at a time or many. */

export interface Piece {
  place: 'Node' | 'server' | 'page' | 'diffusers';
  /** Of the table's row. */
  model: string;
  /** Pictures of a time: 1, how long a user waits for one; more, how many there are in a second. */
  pictures: number;
  /** Draws them `times` times. @returns milliseconds for all */
  round(times: number): Promise<number>;
}

/** A place where models are ready to draw. */
export interface Opened {
  /** `Chromium 147, WebAssembly on 2 threads`, for the heading. */
  about?: string;
  /** What it draws with, where that is not the models' own way: `diffusers: 50 steps of DDIMScheduler`. */
  way?: string;
  pieces: Piece[];
  stop(): Promise<unknown>;
}

/** Of every place. */
export interface Setting {
  /** Of a batch. */
  pictures: number;
  /** Of the server, at a time. */
  clients: number;
  /** A folder for files of this run. */
  folder: string;
}

/** Milliseconds of doing something so many times. */
export async function timed(times: number, once: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  for (let time = 0; time < times; time++) await once();
  return performance.now() - began;
}
