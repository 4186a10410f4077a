import * as tf from '@tensorflow/tfjs';
import * as node from 'onnxruntime-node';
import * as web from 'onnxruntime-web';
import { describe, expect, it } from 'vitest';
import { expectClose } from '#test/compare.ts';
import { exactEmbedding } from '#test/models/embedding.ts';
import { useCpu } from '#test/models/model.ts';
import { encodeModel, trace, traceAnyBatch } from '#tracer/index.ts';
import { type EmbeddingOptions, sinusoidalTable, timeEmbedding } from '#training/layers/time-embedding.ts';

useCpu();

describe('sinusoidalTable', () => {
  it("holds the tutorial's embedding: sines first, frequencies from 1 to 1/10000", () => {
    const table = sinusoidalTable({ count: 300, width: 4, shift: 1, cosFirst: false });
    const row = (t: number) => table.subarray(4 * t, 4 * t + 4);
    expectClose(row(0), [0, 0, 1, 1], { absolute: 0 });
    expectClose(row(299), [Math.sin(299), Math.sin(0.0299), Math.cos(299), Math.cos(0.0299)], { absolute: 1e-7 });
  });

  it("holds diffusers' embedding: cosines first, the last frequency above 1/10000, a zero at odd widths", () => {
    const table = sinusoidalTable({ count: 10, width: 5, shift: 0, cosFirst: true });
    expectClose(table.subarray(35, 40), [Math.cos(7), Math.cos(0.07), Math.sin(7), Math.sin(0.07), 0], {
      absolute: 1e-7,
    });
  });
});

const KINDS: Record<string, EmbeddingOptions> = {
  "the tutorial's": { count: 300, width: 32, shift: 1, cosFirst: false },
  "diffusers', of odd width": { count: 1000, width: 65, shift: 0, cosFirst: true },
};

describe.each(Object.entries(KINDS))('timeEmbedding, %s', (_, options) => {
  const { count, width } = options;
  const embed = timeEmbedding(options);
  const whole = Float32Array.from({ length: count }, (_, t) => t);
  /** Everywhere between two rows, and close to halves, where the nearest row changes. */
  const between = Float32Array.from({ length: 4000 }, (_, i) => ((i + 0.37) / 4000) * (count - 1));
  for (const [i, t] of [0.5, 0.49999997, 1e-30, count - 1.5, count - 1.0001].entries()) between[i] = t;

  const RUNNERS = {
    tfjs: async (timesteps: Float32Array) =>
      embed({ training: false }, tf.tensor1d(timesteps, 'float32')).dataSync<'float32'>(),
    'onnxruntime-node': (timesteps: Float32Array) => traced(node, timesteps),
    'onnxruntime-web on WebAssembly': (timesteps: Float32Array) => traced(web as unknown as typeof node, timesteps),
  };

  async function traced({ InferenceSession, Tensor }: typeof node, timesteps: Float32Array): Promise<Float32Array> {
    const graph = traceAnyBatch((batch) =>
      trace(
        ({ timestep }) => ({ out: embed({ training: false }, timestep as tf.Tensor1D) }),
        [{ name: 'timestep', shape: [batch], dtype: 'float32' }],
      ),
    );
    const session = await InferenceSession.create(encodeModel(graph), { logSeverityLevel: 4 });
    const { out } = await session.run({ timestep: new Tensor('float32', timesteps, [timesteps.length]) });
    await session.release();
    return out!.data as Float32Array;
  }

  it.each(Object.entries(RUNNERS))('is the row of the table at whole timesteps, bit for bit (%s)', async (_, run) => {
    const bitsOf = (values: Float32Array) => Buffer.from(Float32Array.from(values).buffer);
    expect(bitsOf(await run(whole)).equals(bitsOf(sinusoidalTable(options)))).toBe(true);
  });

  it.each(Object.entries(RUNNERS))('is right to 1e-6 between them (%s)', async (_, run) => {
    const expected = Array.from(between).flatMap((t) => exactEmbedding(options, t));
    expectClose(await run(between), expected, { absolute: 1e-6 });
  });

  it('only looks up in training', () => {
    const rows = [0, 7, count - 1];
    const { nodes } = trace(
      ({ t }) => ({ out: embed({ training: true }, t as tf.Tensor1D) }),
      [{ name: 't', shape: [3], dtype: 'float32' }],
    );
    expect(nodes.map(({ op }) => op)).not.toContain('Mul');
    const found = embed({ training: true }, tf.tensor1d(rows, 'float32')).dataSync<'float32'>();
    const table = sinusoidalTable(options);
    expectClose(
      found,
      rows.flatMap((t) => [...table.subarray(t * width, (t + 1) * width)]),
      { absolute: 0 },
    );
  });
});
