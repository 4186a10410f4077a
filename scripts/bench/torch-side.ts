/** PyTorch's side in a child process, torch_side.py: each way of running a task is opened, then does rounds. PYTHON names the Python. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Side } from './side.ts';
import type { Work } from './tasks.ts';
import { nameOf, type Variant } from './variants.ts';

export interface TorchSide {
  /** `PyTorch 2.13.0, 2 threads` */
  about: string;
  /** @returns the side, or why this way cannot run here. */
  open(work: Work, way: Variant): Promise<Side | { refused: string }>;
  /** Forgets what was opened. */
  close(): Promise<unknown>;
  stop(): void;
}

interface Answer {
  opened: number;
  refused?: string;
  ms: number;
}

/** @returns the side, or why there is none. */
export async function startTorch(): Promise<TorchSide | { missing: string }> {
  const python = process.env.PYTHON ?? 'python3';
  const script = fileURLToPath(new URL('./torch_side.py', import.meta.url));
  const child = spawn(python, [script], { stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.on('data', (text: Buffer) => {
    said = (said + text.toString()).slice(-2000);
  });
  child.stdin.on('error', () => {}); // `answer` tells why it stopped
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const failed = once(child, 'error').then(([error]) => Promise.reject(error));
  failed.catch(() => {}); // read below
  const answer = async () => {
    const line = await Promise.race([lines.next(), failed]);
    if (!line.done) return JSON.parse(line.value);
    if (child.exitCode === null) await once(child, 'close');
    throw new Error(`${python} stopped: ${said}`);
  };
  const ask = (what: object): Promise<Answer> => {
    child.stdin.write(`${JSON.stringify(what)}\n`);
    return answer();
  };
  let greeting: { torch: string; threads: number };
  try {
    greeting = await answer();
  } catch (error) {
    const none = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return { missing: `${python}: ${none ? 'there is none' : `it says "${said.trim().split('\n').at(-1)}"`}` };
  }
  return {
    about: `PyTorch ${greeting.torch}, ${greeting.threads} threads`,
    async open(work, way) {
      const { opened, refused } = await ask({ do: 'open', as: way, work });
      if (refused !== undefined) return { refused };
      return {
        name: nameOf(way, work.do === 'training'),
        ours: false,
        round: async (times) => (await ask({ do: 'round', number: opened, times })).ms,
        dispose: async () => {},
      };
    },
    close: () => ask({ do: 'close' }),
    stop: () => child.kill(),
  };
}
