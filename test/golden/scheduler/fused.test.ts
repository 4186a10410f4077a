/** The loop of a fused graph visits the images that diffusers visits: the golden trajectories, with their network as a graph. */
import { compileSampler, PACKED_COLUMNS, packTable, parseSchedulerConfig, type SamplerName } from '@onnoise/scheduler';
import * as tf from '@tensorflow/tfjs';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { loopGraph } from '#pipeline/export/fuse/loop.ts';
import { encodeModel, trace, traceAnyBatch } from '#tracer/index.ts';
import { expectClose } from '../../support/compare.ts';
import { schedulerGolden } from '../../support/scheduler.ts';

interface Case {
  sampler: SamplerName;
  eta: number;
  steps: number;
  config: Record<string, unknown>;
  kept: number[];
  x: number[];
}

const { noise, cases } = schedulerGolden<{ noise: number[][]; cases: Case[] }>('trajectories.json');
const SHAPE = [1, 1, 3] as const;

/** The script's `toy`, in a loop. */
async function openToy(T: number): Promise<InferenceSession> {
  const network = traceAnyBatch((batch) =>
    trace(
      ({ sample, timestep }) => {
        const time = tf.sub(0.5, tf.div(tf.reshape(timestep!, [batch, 1, 1, 1]), T));
        return { out_sample: tf.mul(1.6, tf.tanh(tf.add(tf.mul(0.7, sample!), time))) };
      },
      [
        { name: 'sample', shape: [batch, ...SHAPE], dtype: 'float32' },
        { name: 'timestep', shape: [batch], dtype: 'float32' },
      ],
    ),
  );
  return InferenceSession.create(encodeModel(loopGraph(network, { shape: [...SHAPE], classes: 0 }, 'noise')));
}

describe('a fused loop and diffusers visit the same images', () => {
  it.each([...new Set(cases.map(({ sampler }) => sampler))])('%s', async (sampler) => {
    const open = new Map<number, InferenceSession>();
    for (const { eta, steps, config, kept, x } of cases.filter((each) => each.sampler === sampler)) {
      const T = config.num_train_timesteps as number;
      const session = open.get(T) ?? (await openToy(T));
      open.set(T, session);
      const table = compileSampler(parseSchedulerConfig(config), { sampler, steps, eta });
      const packed = packTable(table);
      const draws = noise.slice(0, table.rows.length + 1).map((values) => values.slice(0, 3));
      for (const [i, row] of kept.entries()) {
        const rows = packed.slice(0, (row + 1) * PACKED_COLUMNS.length);
        const { images } = await session.run({
          table: new Tensor('float64', rows, [row + 1, PACKED_COLUMNS.length]),
          noise: new Tensor('float32', draws.flat(), [draws.length, 1, ...SHAPE]),
        });
        const what = `${eta} ${steps} ${JSON.stringify(config)} row ${row}`;
        const expected = x.slice(3 * i, 3 * i + 3);
        expect(expected).toHaveLength(3);
        expectClose(images!.data as Float32Array, expected, { absolute: 1e-5, relative: 1e-5, what });
      }
    }
    for (const session of open.values()) await session.release();
  }, 300_000);
});
