/** diffusers in a child process (diffusers_side.py), with the teacher's weights. PYTHON names the Python. */
import { join } from 'node:path';
import { plural } from '#base/text/format.ts';
import { exportWithWeights } from '#pipeline/export/with-weights.ts';
import { python, startPython } from '../python.ts';
import type { Drawers } from './drawers.ts';
import type { Opened, Setting } from './piece.ts';

/** The default of its pipelines with DDIM. */
const STEPS = 50;

interface Ready {
  /** Class of diffusers. */
  scheduler: string;
}

/** @returns the place, or why there is none. */
export async function openDiffusers(
  { teacher }: Drawers,
  { pictures, folder }: Setting,
): Promise<Opened | { missing: string }> {
  const script = new URL('./diffusers_side.py', import.meta.url);
  const env = { HF_HOME: join(folder, 'huggingface'), HF_HUB_OFFLINE: '1' };
  const side = await startPython<Record<'diffusers' | 'torch' | 'threads', string | number>>(script, env);
  if ('missing' in side) return { missing: `${python()}: ${side.missing}` };
  const ask = (what: object) => {
    side.stdin.write(`${JSON.stringify(what)}\n`);
    return side.answer();
  };
  let scheduler: string;
  try {
    const model = join(folder, 'diffusers');
    await exportWithWeights({ model: teacher.folder, out: model });
    ({ scheduler } = (await ask({ do: 'open', folder: model, steps: STEPS, conditions: teacher.conditions })) as Ready);
  } catch (error) {
    side.stop();
    throw error;
  }
  const { diffusers, torch, threads } = side.greeting;
  const guidances = [...new Set([1, teacher.guidance])];
  const ways = [1, pictures].flatMap((count) => guidances.map((guidance) => ({ count, guidance })));
  return {
    about: `diffusers ${diffusers} on PyTorch ${torch}, ${plural(Number(threads), 'thread')}`,
    way: `diffusers: ${STEPS} steps of ${scheduler}`,
    pieces: ways.map(({ count, guidance }) => ({
      place: 'diffusers',
      model: guidance === 1 ? teacher.name : `${teacher.name}, guidance ${guidance}`,
      pictures: count,
      round: async (times) => ((await ask({ do: 'draw', count, guidance, times })) as { ms: number }).ms,
    })),
    stop: async () => side.stop(),
  };
}
