/** Starts an engine's process, and says why it ended. */
import { fileURLToPath } from 'node:url';
import { CallError, type Child, type ChildEnd, ChildEnded, startChild } from '@onnoise/runtime-node/child';
import { EngineError } from '../../step/engine-error.ts';
import { type NativeInstall, type NativeKind, nativeEnvironment } from './install.ts';
import type { EngineMethods } from './protocol.ts';
import { lastWords, saysOutOfMemory, whyNoGpu } from './reason.ts';

const SCRIPT = fileURLToPath(new URL('../../../bin/tfjs-engine.mjs', import.meta.url));
/** How many characters of the process's output are kept. */
const LOG_SIZE = 1 << 16;
/** Milliseconds for TensorFlow to load, which is generous: with a damaged library, loading may never end. */
const START_LIMIT = 120_000;

/** TensorFlow has less memory than a step needs. */
export class OutOfMemory extends Error {
  override readonly name = 'OutOfMemory';
}

export interface EngineProcess {
  gpu: boolean;
  /** Version of libtensorflow. */
  tensorflow: string;
  /** Why it sees no GPU; empty if it does. Complete only once the process has stopped. */
  noGpu(): string;
  /** @throws OutOfMemory; EngineError when the process has ended; CallError for any other error in it. */
  call: Child<EngineMethods>['call'];
  /** Ends it after the requests before. */
  stop(): Promise<void>;
}

/** @throws EngineError with the first line of the reason, when the addon does not load; OutOfMemory. */
export async function startEngineProcess(
  kind: NativeKind,
  install: NativeInstall,
  { tf32, limit = START_LIMIT }: { tf32: boolean; limit?: number },
): Promise<EngineProcess> {
  const child = await startChild<EngineMethods>(SCRIPT, undefined, {
    args: [kind, `${process.pid}`],
    env: nativeEnvironment(install, tf32),
    // In its own process group, Ctrl-C in the terminal does not reach it: this process decides when it stops.
    detached: true,
    endWithThis: true,
    tailSize: LOG_SIZE,
    startLimit: limit,
  }).catch((thrown: unknown) => {
    if (thrown instanceof ChildEnded && thrown.end.kind === 'start limit') {
      throw new EngineError(`it does not start within ${limit / 1000} s`);
    }
    const error = revive(thrown);
    throw error instanceof CallError ? new EngineError(error.message.split('\n')[0]!) : error;
  });
  const { gpu, tensorflow, missing } = child.started;
  const call: EngineProcess['call'] = (method, argument) =>
    child.call(method, argument).catch((error: unknown) => {
      throw revive(error);
    });
  return {
    gpu,
    tensorflow,
    noGpu: () => (gpu ? '' : whyNoGpu(child.tail(), missing)),
    call,
    async stop() {
      await call('stop', undefined).catch(() => {});
      await child.drain();
    },
  };
}

/** An error of the conversation as one of the engine. */
function revive(error: unknown): unknown {
  if (error instanceof CallError) return error.kind === 'out of memory' ? new OutOfMemory(error.message) : error;
  if (!(error instanceof ChildEnded)) return error;
  const { kind, tail } = error.end;
  const Ended = kind === 'out of memory' || saysOutOfMemory(lastWords(tail)) ? OutOfMemory : EngineError;
  return new Ended(`its process ended: ${describeEnd(error.end)}`);
}

function describeEnd({ kind, code, signal, tail, error }: ChildEnd): string {
  if (error) return error.message;
  if (kind === 'out of memory') return 'it was killed, most likely because memory ran out';
  const words = lastWords(tail);
  return `${signal ? `it crashed with ${signal}` : `exit code ${code}`}${words && ` (${words})`}`;
}
