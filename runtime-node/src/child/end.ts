/** How a child process ended, and its last output. */
import type { ChildProcess } from 'node:child_process';

export type EndKind =
  /** By itself, with `code`. */
  | 'exit'
  /** By `signal`: a crash, or another process. */
  | 'signal'
  /** By a SIGKILL that this process did not send: most likely the kernel's, because memory ran out. */
  | 'out of memory'
  /** It never ran; `error` says why. */
  | 'spawn failed'
  /** This process killed it: it was not ready in time. */
  | 'start limit'
  /** This process killed it: it had calls to answer and sent nothing for too long. */
  | 'silence'
  /** This process killed it on request. */
  | 'killed';

export interface ChildEnd {
  kind: EndKind;
  code: number | null;
  signal: NodeJS.Signals | null;
  /** The end of its standard output and standard error. */
  tail: string;
  error?: Error;
}

/** A call gets no answer, because the child has ended. */
export class ChildEnded extends Error {
  override readonly name = 'ChildEnded';
  readonly end: ChildEnd;
  constructor(end: ChildEnd) {
    const { kind, code, signal, error } = end;
    super(`The child process ended: ${kind} (${error?.message ?? signal ?? `code ${code}`})`);
    this.end = end;
  }
}

/** Why this process kills a child. */
type KillReason = Extract<EndKind, 'start limit' | 'silence' | 'killed'>;

export interface Watched {
  /** Resolves once it has ended and all its output is read. */
  ended: Promise<ChildEnd>;
  /** The end of its output so far. */
  tail(): string;
  /** Ends it at once. The first reason counts. */
  kill(reason: KillReason): void;
}

/** @param tailSize number of characters of its output to keep */
export function watchEnd(child: ChildProcess, tailSize: number): Watched {
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      log = (log + text).slice(-tailSize);
    });
  }
  let reason: KillReason | undefined;
  const ended = new Promise<ChildEnd>((resolve) => {
    // Node also reports messages here that it cannot send to a running process: that is no end.
    child.on('error', (error) => {
      if (child.pid === undefined) resolve({ kind: 'spawn failed', code: null, signal: null, tail: log, error });
    });
    child.once('close', (code, signal) => {
      const killed = signal === 'SIGKILL' ? (reason ?? 'out of memory') : 'signal';
      resolve({ kind: signal === null ? 'exit' : killed, code, signal, tail: log });
    });
  });
  return {
    ended,
    tail: () => log,
    kill(why) {
      reason ??= why;
      child.kill('SIGKILL');
    },
  };
}
