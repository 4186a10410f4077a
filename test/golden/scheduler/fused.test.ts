/** The loop of a fused graph visits the images that diffusers visits: the golden trajectories, with their network as a graph. */
import {
  compileSampler,
  PACKED_COLUMNS,
  packTable,
  parseSchedulerConfig,
  SAMPLER_NAMES,
  type SamplerName,
} from '@onnoise/scheduler';
import * as tf from '@tensorflow/tfjs';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { loopGraph } from '#pipeline/export/fuse/loop.ts';
import { expectClose } from '#test/compare.ts';
import { schedulerGolden, tolerance } from '#test/scheduler.ts';
import { encodeModel, trace, traceAnyBatch } from '#tracer/index.ts';

interface Case {
  sampler?: SamplerName;
  eta?: number;
  steps: number;
  options?: object;
  config: Record<string, unknown>;
  kept: number[];
  x: number[];
}

/** Cases of a sampler at most, spread over all: samplers.test.ts goes through all of them. */
const MOST = 40;

function casesOf(sampler: SamplerName): { noise: number[][]; cases: Case[] } {
  const shared = sampler === 'ddpm' || sampler === 'ddim';
  const file = shared ? 'trajectories.json' : `trajectories/${sampler}.json`;
  const { noise, cases } = schedulerGolden<{ noise: number[][]; cases: Case[] }>(file);
  const own = cases.filter((each) => !shared || each.sampler === sampler);
  return { noise, cases: own.filter((_, i) => i % Math.ceil(own.length / MOST) === 0) };
}

/** The script's `toy`, in a loop over images [1, 1, W]. */
async function openToy(T: number, width: number): Promise<InferenceSession> {
  const shape: [number, number, number] = [1, 1, width];
  const network = traceAnyBatch((batch) =>
    trace(
      ({ sample, timestep }) => {
        const time = tf.sub(0.5, tf.div(tf.reshape(timestep!, [batch, 1, 1, 1]), T));
        return { out_sample: tf.mul(1.6, tf.tanh(tf.add(tf.mul(0.7, sample!), time))) };
      },
      [
        { name: 'sample', shape: [batch, ...shape], dtype: 'float32' },
        { name: 'timestep', shape: [batch], dtype: 'float32' },
      ],
    ),
  );
  return InferenceSession.create(encodeModel(loopGraph(network, { shape, classes: 0 }, 'noise')));
}

describe('a fused loop and diffusers visit the same images', () => {
  it.each(SAMPLER_NAMES)(
    '%s',
    async (sampler) => {
      const { noise, cases } = casesOf(sampler);
      const open = new Map<number, InferenceSession>();
      expect(cases.length).toBeGreaterThan(10);
      for (const entry of cases) {
        const { steps, options, eta, config, kept, x } = entry;
        const parsed = parseSchedulerConfig({ ...(options && { clip_sample: false }), ...config });
        const width = noise[0]!.length;
        const T = parsed.num_train_timesteps;
        const session = open.get(T) ?? (await openToy(T, width));
        open.set(T, session);
        const settings = { ...options, ...(eta !== undefined && { eta }), sampler, steps };
        const table = compileSampler(parsed, settings as Parameters<typeof compileSampler>[1]);
        const packed = packTable(table);
        const draws = noise.slice(0, table.rows.length + 1);
        for (const [i, row] of kept.entries()) {
          const rows = packed.slice(0, (row + 1) * PACKED_COLUMNS.length);
          const { images } = await session.run({
            table: new Tensor('float64', rows, [row + 1, PACKED_COLUMNS.length]),
            noise: new Tensor('float32', draws.flat(), [draws.length, 1, 1, 1, width]),
          });
          const what = `${steps} steps, ${JSON.stringify({ ...options, ...config })}, row ${row}`;
          const expected = x.slice(width * i, width * (i + 1));
          expectClose(images!.data as Float32Array, expected, { absolute: tolerance(x, table), what });
        }
      }
      for (const session of open.values()) await session.release();
    },
    300_000,
  );
});
