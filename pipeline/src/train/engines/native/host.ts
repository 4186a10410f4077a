/** Starts an engine process and talks to it: requests with answers, its log, and what became of it when it dies. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { EngineError } from '../error.ts';
import { type NativeInstall, type NativeKind, nativeEnvironment } from './install.ts';
import { endWithThis } from './lifetime.ts';
import type { Answer, Greeting, Method, Methods } from './protocol.ts';
import { lastWords, whyNoGpu } from './reason.ts';

const script = fileURLToPath(new URL('../../../../bin/tfjs-engine.mjs', import.meta.url));
/** Characters of the process' output that are kept. */
const logSize = 1 << 16;
/** Milliseconds for TensorFlow to load, generous: of a library that is damaged it may never end. */
const startLimit = 120_000;

export interface EngineProcess {
  gpu: boolean;
  /** Version of libtensorflow. */
  tensorflow: string;
  /** Why it sees no GPU; empty where it does. All that it wrote is here once it has stopped. */
  noGpu(): string;
  call<M extends Method>(method: M, argument: Parameters<Methods[M]>[0]): Promise<ReturnType<Methods[M]>>;
  /** Ends it once everything that was asked is done. */
  stop(): Promise<void>;
}

/** @throws EngineError with the first line of what went wrong, when the addon does not load. */
export async function startEngineProcess(
  kind: NativeKind,
  install: NativeInstall,
  { tf32, limit = startLimit }: { tf32: boolean; limit?: number },
): Promise<EngineProcess> {
  const child = fork(script, [kind, `${process.pid}`], {
    env: nativeEnvironment(install, tf32),
    execArgv: [],
    // In a group of its own, Ctrl-C in the terminal does not reach it: when to stop is this process' to say.
    detached: process.platform !== 'win32',
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  endWithThis(child);
  let log = '';
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      log = (log + text).slice(-logSize);
    });
  }
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(describeEnd(code, signal, log)));
  });

  let late: NodeJS.Timeout | undefined;
  const greeting = await Promise.race([
    new Promise<Greeting>((resolve) => child.once('message', (message) => resolve(message as Greeting))),
    ended.then((reason): Greeting => ({ ready: false, reason: `its process ended: ${reason}` })),
    new Promise<Greeting>((resolve) => {
      late = setTimeout(() => resolve({ ready: false, reason: `it does not start within ${limit / 1000} s` }), limit);
    }),
  ]);
  clearTimeout(late);
  if (!greeting.ready) {
    child.kill('SIGKILL');
    await ended;
    throw new EngineError(greeting.reason);
  }
  const { gpu, tensorflow, missing } = greeting;
  const call = createCalls(child, ended);
  return {
    gpu,
    tensorflow,
    noGpu: () => (gpu ? '' : whyNoGpu(log, missing)),
    call,
    async stop() {
      if (child.connected) await call('stop', undefined as never).catch(() => {});
      await ended;
    },
  };
}

/** Pairs requests with answers; all that are open fail when the process ends. */
function createCalls(child: ChildProcess, ended: Promise<string>): EngineProcess['call'] {
  const open = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  let last = 0;
  let end: Error | null = null;
  child.on('message', (answer: Answer) => {
    const { resolve, reject } = open.get(answer.id)!;
    open.delete(answer.id);
    if ('error' in answer) reject(new Error(answer.error));
    else resolve(answer.result as never);
  });
  void ended.then((reason) => {
    end = new EngineError(`its process ended: ${reason}`);
    for (const { reject } of open.values()) reject(end);
    open.clear();
  });
  return (method, argument) =>
    new Promise((resolve, reject) => {
      if (end) return reject(end);
      const id = ++last;
      open.set(id, { resolve, reject });
      // A failure to send means that the process has ended, which is reported above.
      child.send({ id, method, argument }, () => {});
    });
}

function describeEnd(code: number | null, signal: string | null, log: string): string {
  if (signal === 'SIGKILL') return 'it was killed, most likely for want of memory';
  const words = lastWords(log);
  return `${signal ? `it crashed with ${signal}` : `exit code ${code}`}${words && ` (${words})`}`;
}
