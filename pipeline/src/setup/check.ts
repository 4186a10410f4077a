/** The last check of a set-up: the engine computes in a process with its environment, and tfjs' cpu backend agrees. */
import { fileURLToPath } from 'node:url';
import { CallError, ChildEnded, startChild } from '@onnoise/runtime-node/child';
import { InputError } from '@onnoise/scheduler/rules';
import {
  lastWords,
  type NativeInstall,
  type NativeKind,
  nativeEnvironment,
  setupCommand,
} from '@onnoise/training/engines';

export interface CheckResult {
  gpu: boolean;
  /** libtensorflow's own version string. */
  tensorflow: string;
  /** The largest difference, relative to the largest value of each result. */
  difference: number;
  /** CUDA libraries that do not load, if TensorFlow finds no GPU. */
  missing: string[];
}

/** The check itself is the start. */
export type CheckMethods = { start(): CheckResult };

/** Float32 sums of some hundred terms agree to about 1e-6; TensorFloat-32 is off for this. */
const TOLERANCE = 1e-4;
/** A damaged library may compute for ever. */
const LIMIT_MS = 120_000;
/** Characters of TensorFlow's log that are kept. */
const LOG_SIZE = 1 << 16;
const CHILD = fileURLToPath(new URL('../../bin/check-tfjs.mjs', import.meta.url));

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
  const refuse = (reason: string) =>
    new InputError(
      `Cannot use ${kind}: the check of what was set up failed, ${reason}. ` +
        `${setupCommand(kind)} --force sets it up again.`,
    );
  const child = await startChild<CheckMethods>(CHILD, undefined, {
    args: [folder, `${process.pid}`],
    env: nativeEnvironment(install, false),
    endWithThis: true,
    tailSize: LOG_SIZE,
    startLimit: limit,
    signal,
  }).catch((error: unknown) => {
    if (error instanceof CallError) throw refuse(error.message.split('\n')[0]!);
    if (!(error instanceof ChildEnded)) throw error;
    const { kind: how, code, signal: by, tail, error: unspawned } = error.end;
    const words = lastWords(tail);
    const end = `ended with ${unspawned?.message ?? by ?? `exit code ${code}`}`;
    const what = how === 'start limit' ? `gave no answer in ${limit / 1000} s` : end;
    throw refuse(`its process ${what}${words && `: ${words}`}`);
  });
  // A damaged library may never let its process exit.
  child.kill();
  await child.ended;
  signal?.throwIfAborted();
  const { started: result } = child;
  if (!(result.difference <= TOLERANCE)) throw refuse(`its results differ from tfjs (by ${result.difference})`);
  return { ...result, log: child.tail() };
}
