/**
 * Diffusion of the eight clusters, whose network is exact: it says the mean of all data that could be behind a noisy point. The
 * steps are the scheduler's, Euler's along the path without fresh noise.
 */
import { nextTask } from '@onnoise/runtime-web/parts';
import { compileSampler, levelAt, makeSchedule, sampleImages } from '@onnoise/scheduler';
import { EXACT } from '../../exact.ts';
import { meanBehind } from './eight.ts';

const { alphaBar } = makeSchedule(EXACT);

/** The points after each call, [N, 2] each, the noise first. @param noise [N, 2] */
export async function pathOf(noise: Float64Array, calls: number): Promise<Float64Array[]> {
  const path = [noise];
  await sampleImages({
    table: compileSampler(EXACT, { sampler: 'euler', steps: calls }),
    shape: [1, noise.length / 2, 2],
    seeds: [0],
    latents: Float32Array.from(noise),
    denoise: async (x, [t]) => {
      await nextTask(); // fifty calls in one task would hold up a press
      const { signal, noise } = levelAt(alphaBar[t!]!);
      const out = new Float32Array(x.length);
      for (let i = 0; i < x.length; i += 2) out.set(meanBehind(x[i]!, x[i + 1]!, signal, noise), i);
      return out;
    },
    onStep: ({ x }) => path.push(Float64Array.from(x)),
  });
  return path;
}
