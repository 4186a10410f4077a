/** How a child process ended, and the last that it wrote. */
import type { ChildProcess } from 'node:child_process';

export type EndKind =
  /** By itself, with `code`. */
  | 'exit'
  /** By `signal`: a crash, or another process. */
  | 'signal'
  /** By a SIGKILL that this process did not send: the kernel's, most likely, for want of memory. */
  | 'out of memory'
  /** It never ran; `error` says why. */
  | 'spawn failed'
  /** This process killed it: it was not ready in time. */
  | 'start limit'
  /** This process killed it: it was asked, and said nothing for too long. */
  | 'silence'
  /** This process killed it on request. */
  | 'killed';

export interface ChildEnd {
  kind: EndKind;
  code: number | null;
  signal: NodeJS.Signals | null;
  /** The end of what it wrote to standard output and standard error. */
  tail: string;
  error?: Error;
}

/** Why a call has no answer: the child has ended. */
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
export type KillReason = Extract<EndKind, 'start limit' | 'silence' | 'killed'>;

export interface Watched {
  /** Resolves once it has ended and all that it wrote is read. */
  ended: Promise<ChildEnd>;
  /** The end of what it wrote so far. */
  tail(): string;
  /** Ends it at once. The first reason counts. */
  kill(reason: KillReason): void;
}

/** @param tailSize characters of its output that are kept */
export function watchEnd(child: ChildProcess, tailSize: number): Watched {
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      log = (log + text).slice(-tailSize);
    });
  }
  let reason: KillReason | undefined;
  const ended = new Promise<ChildEnd>((resolve) => {
    // Node reports here, too, what it cannot send to a process that runs: that is no end.
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
