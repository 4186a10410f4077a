/** The last check of a set-up: the engine computes in a process with its environment, and tfjs' cpu backend agrees. */
import { fork } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { InputError } from '@onnoise/scheduler';
import { type NativeInstall, type NativeKind, nativeEnvironment } from '../train/engines/native/install.ts';
import { endWithThis } from '../train/engines/native/lifetime.ts';
import { lastWords } from '../train/engines/native/reason.ts';

export interface CheckResult {
  gpu: boolean;
  /** libtensorflow's own version string. */
  tensorflow: string;
  /** The largest difference, relative to the largest value of each result. */
  difference: number;
  /** CUDA libraries that do not load, if TensorFlow finds no GPU. */
  missing: string[];
}

/** Float32 sums of some hundred terms agree to about 1e-6; TensorFloat-32 is off for this. */
const TOLERANCE = 1e-4;
/** A damaged library may compute for ever. */
const LIMIT_MS = 120_000;
const CHILD = fileURLToPath(new URL('check-child.ts', import.meta.url));

/**
 * @param folder the npm package
 * @returns the result, and TensorFlow's log
 * @throws InputError if the library does not load or computes wrong values
 */
export async function checkEngine(
  kind: NativeKind,
  folder: string,
  install: NativeInstall,
  { signal, limit = LIMIT_MS }: { signal?: AbortSignal; limit?: number /** Milliseconds. */ } = {},
): Promise<CheckResult & { log: string }> {
  const child = fork(CHILD, [folder, `${process.pid}`], {
    env: nativeEnvironment(install, false),
    execArgv: ['--import', import.meta.resolve('tsx')],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    killSignal: 'SIGKILL',
    ...(signal && { signal }),
  });
  endWithThis(child);
  let log = '';
  child.stderr!.setEncoding('utf8').on('data', (text) => {
    log += text;
  });
  let result: CheckResult | { error: string } | undefined;
  child.on('message', (message) => {
    result = message as typeof result;
  });
  const ended = new Promise<string>((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, signalName) => resolve(signalName ?? `exit code ${code}`));
  });
  const stop = new AbortController();
  const late = setTimeout(limit, null, { signal: stop.signal }).catch(() => null);
  const end = await Promise.race([ended, late]);
  stop.abort();
  if (end === null) child.kill('SIGKILL');
  await ended;
  signal?.throwIfAborted();
  const refuse = (reason: string) =>
    new InputError(
      `Cannot use ${kind}: the check of what was set up failed, ${reason}. ` +
        `npx pipeline setup ${kind} --force sets it up again.`,
    );
  if (result === undefined) {
    const words = lastWords(log);
    const what = end === null ? `gave no answer in ${limit / 1000} s` : `ended with ${end}`;
    throw refuse(`its process ${what}${words && `: ${words}`}`);
  }
  if ('error' in result) throw refuse(result.error);
  if (!(result.difference <= TOLERANCE)) throw refuse(`its results differ from tfjs (by ${result.difference})`);
  return { ...result, log };
}
