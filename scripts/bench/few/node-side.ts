/** Sampling in this process, as a program does: pixels in, nothing encoded. */
import { loadModel } from '#runtime-node/index.ts';
import type { Drawers } from './drawers.ts';
import { type Opened, type Setting, timed } from './piece.ts';

export async function openNode({ all }: Drawers, { pictures }: Setting): Promise<Opened> {
  const opened = await Promise.all(
    all.map(async (drawer) => ({ ...drawer, model: await loadModel(drawer.folder, { device: 'cpu' }) })),
  );
  const ways = [1, pictures].flatMap((count) => opened.map((one) => ({ ...one, count })));
  return {
    pieces: ways.map(({ name, conditions, model, count }) => ({
      place: 'Node',
      model: name,
      pictures: count,
      round: (times) => timed(times, () => model.sample({ count, conditions })),
    })),
    stop: () => Promise.all(opened.map(({ model }) => model.dispose())),
  };
}
