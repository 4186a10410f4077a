/** PyTorch in a child process: commands with arrays go in, answers come out (torch_side.py). PYTHON names the Python. */
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { InputError } from '@onnoise/scheduler/rules';
import { python, startPython } from '../python.ts';

export interface Values {
  shape: readonly number[];
  data: Float32Array | Int32Array;
}

export interface TorchSide {
  /** `PyTorch 2.13.0, diffusers 0.42.1, 2 threads` */
  about: string;
  /** Has something done. @throws Error with the end of what Python said, if it stops. */
  ask<T>(
    what: string,
    options?: Readonly<Record<string, unknown>>,
    arrays?: Readonly<Record<string, Values>>,
  ): Promise<T>;
  stop(): void;
}

/** @throws InputError for a Python that lacks what is needed */
export async function startTorch(): Promise<TorchSide> {
  const script = new URL('./torch_side.py', import.meta.url);
  const side = await startPython<Record<'torch' | 'diffusers' | 'threads', string>>(script);
  if ('missing' in side) {
    throw new InputError(
      `Cannot compare: PYTHON must name a Python with torch and diffusers, received ${python()}: ${side.missing}. CONTRIBUTING.md says how to make one.`,
    );
  }
  const { torch, diffusers, threads } = side.greeting;
  return {
    about: `PyTorch ${torch}, diffusers ${diffusers}, ${threads} threads`,
    async ask<T>(what: string, options = {}, arrays = {}) {
      await send(side.stdin, what, options, arrays);
      return side.answer() as Promise<T>;
    },
    stop: side.stop,
  };
}

async function send(
  stdin: Writable,
  what: string,
  options: Readonly<Record<string, unknown>>,
  arrays: Readonly<Record<string, Values>>,
): Promise<void> {
  const entries = Object.entries(arrays);
  const types = entries.map(([name, { shape, data }]) => [
    name,
    data instanceof Float32Array ? 'float32' : 'int32',
    shape,
  ]);
  const parts = [
    `${JSON.stringify({ do: what, ...options, arrays: types })}\n`,
    ...entries.map(([, { data }]) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  ];
  for (const part of parts) if (!stdin.write(part)) await once(stdin, 'drain').catch(() => {}); // `ask` tells why it stopped
}
