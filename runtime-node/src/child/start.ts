/**
 * A child process that computes and is asked: native code blocks a process for as long as it computes, and can end it.
 * The child answers with `serveParent`.
 *
 *     type Work = { start(folder: string): { size: number }; read(name: string): Float32Array };
 *     const child = await startChild<Work>(script, 'models/digits');
 *     const values = await child.call('read', 'weights');
 *     await child.drain();
 */
import { type ChildProcess, fork } from 'node:child_process';
import { type CallChild, createCalls } from './calls.ts';
import { type ChildEnd, ChildEnded, watchEnd } from './end.ts';
import { endWithThis } from './lifetime.ts';
import type { AnswerOf, ArgumentOf, FromChild, Methods, ToChild } from './protocol.ts';

export interface ChildOptions<Event> {
  args?: readonly string[] | undefined;
  /** Default: this process' own. */
  env?: NodeJS.ProcessEnv | undefined;
  cwd?: string | undefined;
  /** Node's options. Default: none. */
  execArgv?: readonly string[] | undefined;
  /** In a group of its own, where Ctrl-C in the terminal does not reach it; not on Windows. */
  detached?: boolean | undefined;
  /** Kills it when this process exits, though it hears nothing while it computes. Default: false, it ends once it hears. */
  endWithThis?: boolean | undefined;
  /** Characters of its output that are kept. Default: 4096. */
  tailSize?: number | undefined;
  /** Milliseconds until it is ready, or it is killed. Default: any time. */
  startLimit?: number | undefined;
  /** Milliseconds that it may say nothing after it was asked, or it is killed: it hangs. Default: any time. */
  patience?: number | undefined;
  /** Gives the start up: the child is killed, and the promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  onEvent?: ((event: Event) => void) | undefined;
}

export interface Child<M extends Methods> {
  pid: number | undefined;
  /** The answer of its method `start`. */
  started: AnswerOf<M['start']>;
  call: CallChild<M>;
  /** The end of what it wrote so far. */
  tail(): string;
  /** Resolves once it has ended and all that it wrote is read. */
  ended: Promise<ChildEnd>;
  /** Ends it once all that was asked is answered. */
  drain(): Promise<ChildEnd>;
  /** Ends it at once. */
  kill(): void;
}

/**
 * Forks a script and calls its method `start`. Where that fails, the child is gone when the promise rejects.
 *
 * @throws CallError what `start` threw; ChildEnded where the child cannot be spawned, ends before it is ready, or takes longer
 * than `startLimit`.
 */
export async function startChild<M extends Methods, Event = never>(
  script: string,
  argument: ArgumentOf<M['start']>,
  options: ChildOptions<Event> = {},
): Promise<Child<M>> {
  const { startLimit, patience, signal, tailSize = 4096 } = options;
  signal?.throwIfAborted();
  const child = forkScript(script, options);
  if (options.endWithThis) endWithThis(child);
  const { ended, tail, kill } = watchEnd(child, tailSize);
  const silence = watchSilence(patience, () => kill('silence'));
  const send = (message: ToChild) => {
    child.send?.(message, () => {}); // what cannot be sent any more is told of by the end
    if ('method' in message && message.method !== 'start') silence.asked();
  };
  const { call, take, end } = createCalls<M>(send);
  child.on('message', (message: FromChild | null) => {
    silence.heard();
    if (typeof message !== 'object' || message === null) return; // a library's word: any code can use the channel
    if ('event' in message) options.onEvent?.(message.event as Event);
    else take(message);
  });
  void ended.then((how) => {
    silence.heard();
    end(how);
  });

  const late = startLimit === undefined ? undefined : setTimeout(() => kill('start limit'), startLimit);
  const abort = () => kill('killed');
  signal?.addEventListener('abort', abort);
  try {
    const started = await call('start', argument);
    return {
      pid: child.pid,
      started,
      call,
      tail,
      ended,
      drain() {
        if (child.connected) send({ drain: true });
        return ended;
      },
      kill: () => kill('killed'),
    };
  } catch (error) {
    kill('killed');
    await ended;
    signal?.throwIfAborted();
    throw error;
  } finally {
    clearTimeout(late);
    signal?.removeEventListener('abort', abort);
  }
}

/** @throws ChildEnded where the system refuses at once, as it does for an environment that is too large */
function forkScript(
  script: string,
  { args = [], env, cwd, execArgv = [], detached }: ChildOptions<never>,
): ChildProcess {
  try {
    return fork(script, args, {
      ...(env && { env }),
      ...(cwd !== undefined && { cwd }),
      execArgv: [...execArgv],
      detached: detached === true && process.platform !== 'win32',
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
  } catch (error) {
    throw new ChildEnded({ kind: 'spawn failed', code: null, signal: null, tail: '', error: error as Error });
  }
}

/** Calls `tooLong` where nothing is heard for `patience` milliseconds after something was asked. */
function watchSilence(patience: number | undefined, tooLong: () => void): { asked(): void; heard(): void } {
  let late: NodeJS.Timeout | undefined;
  return {
    asked() {
      if (patience !== undefined) late ??= setTimeout(tooLong, patience).unref();
    },
    heard() {
      clearTimeout(late);
      late = undefined;
    },
  };
}
