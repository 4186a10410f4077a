/** A thread that draws and writes files of a set, some at a time. */
import { Worker } from 'node:worker_threads';
import type { PhantomSet } from './options.ts';
import { type Drawn, drawFiles } from './some-files.ts';

/** All that is sent to the thread at its start. */
export interface ArtistOptions {
  set: PhantomSet;
  /** Of the set. */
  folder: string;
}

export interface Artist {
  /** Draws files number `from` up to, but not including, `to`. One call at a time. */
  draw(from: number, to: number): Promise<Drawn>;
  stop(): Promise<void>;
}

/** What a thread answers. Errors lose their codes on the way between threads, so these travel beside them. */
type Answer = { drawn: Drawn } | { failed: { message: string; stack?: string; code?: string; syscall?: string } };

/** What a thread is sent. */
type Order = readonly [from: number, to: number];

export async function startArtist(set: PhantomSet, folder: string): Promise<Artist> {
  const worker = new Worker(new URL('../bin/phantom.mjs', import.meta.url), {
    workerData: { set, folder } satisfies ArtistOptions,
    execArgv: [],
  });
  let settle: { resolve(answer: Answer): void; reject(error: Error): void } | undefined;
  worker.on('message', (answer: Answer) => settle?.resolve(answer));
  worker.on('error', (error) => settle?.reject(error));
  worker.on('exit', () => settle?.reject(new Error('a thread that draws phantoms has ended')));
  const answer = () =>
    new Promise<Answer>((resolve, reject) => {
      settle = { resolve, reject };
    });
  await answer();
  return {
    async draw(from, to) {
      const answered = answer();
      worker.postMessage([from, to] satisfies Order);
      const given = await answered;
      if ('drawn' in given) return given.drawn;
      const { message, ...rest } = given.failed;
      throw Object.assign(new Error(message), rest);
    },
    stop: async () => void (await worker.terminate()),
  };
}

/** The thread's side: it says that it is ready, and then draws what it is sent. */
export function serveArtist(
  { set, folder }: ArtistOptions,
  port: { on(event: 'message', listener: (order: Order) => void): unknown; postMessage(answer: Answer): void },
): void {
  port.on('message', ([from, to]) => port.postMessage(answerTo(from, to)));
  port.postMessage({ drawn: { rows: [], truths: [] } });

  function answerTo(from: number, to: number): Answer {
    try {
      return { drawn: drawFiles(set, folder, from, to) };
    } catch (error) {
      const { message, stack, code, syscall } = error as NodeJS.ErrnoException;
      return { failed: { message, ...(stack && { stack }), ...(code && { code }), ...(syscall && { syscall }) } };
    }
  }
}
