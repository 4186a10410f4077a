/** PyTorch in a child process: commands with arrays go in, answers come out (torch_side.py). PYTHON names the Python. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { InputError } from '@onnoise/scheduler/rules';

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
  const script = fileURLToPath(new URL('./torch_side.py', import.meta.url));
  const python = process.env.PYTHON ?? 'python3';
  const child = spawn(python, [script], { stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.on('data', (text: Buffer) => {
    said = (said + text.toString()).slice(-2000);
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const failed = new Promise<never>((_, reject) => child.once('error', reject));
  failed.catch(() => {}); // read below
  const answer = async () => {
    const line = await Promise.race([lines.next(), failed]);
    if (!line.done) return JSON.parse(line.value);
    if (child.exitCode === null) await once(child, 'close');
    throw new Error(`${python} stopped: ${said}`);
  };
  child.stdin.on('error', () => {}); // `answer` tells why it stopped
  const { torch, diffusers, threads } = await answer().catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'ENOENT' ? 'there is none' : `it says "${said.trim().split('\n').at(-1)}"`;
    throw new InputError(
      `Cannot compare: PYTHON must name a Python with torch and diffusers, received ${python}: ${why}. CONTRIBUTING.md says how to make one.`,
    );
  });
  return {
    about: `PyTorch ${torch}, diffusers ${diffusers}, ${threads} threads`,
    async ask(what, options = {}, arrays = {}) {
      await send(child, what, options, arrays);
      return answer();
    },
    stop: () => child.kill(),
  };
}

async function send(
  { stdin }: ChildProcessByStdio<Writable, Readable, Readable>,
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
