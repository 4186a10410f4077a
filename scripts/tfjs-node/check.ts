/** The end of a set-up: the engine computes, in a process with its environment, and tfjs' cpu backend agrees. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { InputError } from '@onnoise/scheduler';
import {
  type NativeInstall,
  type NativeKind,
  nativeEnvironment,
} from '../../pipeline/src/train/engines/native/install.ts';

export interface CheckResult {
  gpu: boolean;
  /** Version of libtensorflow, as it says itself. */
  tensorflow: string;
  /** The largest difference, relative to the largest value of each result. */
  difference: number;
  /** CUDA libraries that do not load, where there is no GPU. */
  missing: string[];
}

/** Float32 sums of some hundred terms agree to about 1e-6; TensorFloat-32 is off for this. */
const TOLERANCE = 1e-4;
const CHILD = fileURLToPath(new URL('check-child.ts', import.meta.url));

/**
 * @param folder the npm package
 * @returns what was computed, and what TensorFlow logged
 * @throws InputError if the library does not load or computes something else
 */
export async function checkEngine(
  kind: NativeKind,
  folder: string,
  install: NativeInstall,
  signal?: AbortSignal,
): Promise<CheckResult & { log: string }> {
  const child = fork(CHILD, [folder], {
    env: nativeEnvironment(install, false),
    execArgv: ['--import', import.meta.resolve('tsx')],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    ...(signal && { signal }),
  });
  let log = '';
  child.stderr!.setEncoding('utf8').on('data', (text) => {
    log += text;
  });
  let result: CheckResult | { error: string } | undefined;
  child.on('message', (message) => {
    result = message as typeof result;
  });
  const ended = await new Promise<string>((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, signalName) => resolve(signalName ?? `exit code ${code}`));
  });
  signal?.throwIfAborted();
  const refuse = (reason: string) =>
    new InputError(
      `Cannot use ${kind}: the check of what was set up failed, ${reason}. ` +
        `npm run setup:${kind} -- --force sets it up anew.`,
    );
  if (result === undefined) throw refuse(`its process ended with ${ended}${lastWords(log)}`);
  if ('error' in result) throw refuse(result.error);
  if (!(result.difference <= TOLERANCE)) throw refuse(`it computes something else than tfjs (by ${result.difference})`);
  return { ...result, log };
}

function lastWords(log: string): string {
  const line = log.split('\n').findLast((text) => /AVX|error|fatal|cannot/i.test(text));
  return line ? `: ${line.trim()}` : '';
}
