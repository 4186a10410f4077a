/** PyTorch's side in a child process, torch_side.py: each way of running a task is opened, then does rounds. */
import { python, startPython } from './python.ts';
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
  const script = new URL('./torch_side.py', import.meta.url);
  const side = await startPython<{ torch: string; threads: number }>(script);
  if ('missing' in side) return { missing: `${python()}: ${side.missing}` };
  const { torch, threads } = side.greeting;
  const ask = (what: object) => {
    side.stdin.write(`${JSON.stringify(what)}\n`);
    return side.answer() as Promise<Answer>;
  };
  return {
    about: `PyTorch ${torch}, ${threads} threads`,
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
    stop: side.stop,
  };
}
