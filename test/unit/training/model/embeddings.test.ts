/** Embeddings of timesteps and of conditions, in tfjs and traced on both runtimes. */
import * as tf from '@tensorflow/tfjs';
import * as node from 'onnxruntime-node';
import * as web from 'onnxruntime-web';
import { describe, expect, it } from 'vitest';
import { expectClose } from '#test/compare.ts';
import { exactEmbedding } from '#test/models/embedding.ts';
import { useCpu } from '#test/models/model.ts';
import { encodeModel, trace, traceAnyBatch } from '#tracer/index.ts';
import { conditionFeatures } from '#training/layers/condition-embedding.ts';
import { type EmbeddingOptions, sinusoidalTable, timeEmbedding } from '#training/layers/time-embedding.ts';

useCpu();

type Values = Record<string, Float32Array>;
type Embed = (tensors: Record<string, tf.Tensor>) => tf.Tensor;

const graphOf = (embed: Embed, sides: readonly number[], names: readonly string[]) =>
  traceAnyBatch((batch) =>
    trace(
      (tensors) => ({ out: embed(tensors) }),
      names.map((name) => ({ name, shape: [batch, ...sides], dtype: 'float32' })),
    ),
  );

async function traced(ort: typeof node, embed: Embed, sides: readonly number[], values: Values): Promise<Float32Array> {
  const onnx = encodeModel(graphOf(embed, sides, Object.keys(values)));
  const session = await ort.InferenceSession.create(onnx, { logSeverityLevel: 4 });
  const feeds = Object.entries(values).map(([name, data]) => [name, new ort.Tensor(data, [data.length, ...sides])]);
  const { out } = await session.run(Object.fromEntries(feeds));
  await session.release();
  return out!.data as Float32Array;
}

const RUNNERS: Record<string, (embed: Embed, sides: readonly number[], values: Values) => Promise<ArrayLike<number>>> =
  {
    tfjs: (embed, sides, values) => {
      const tensors = Object.entries(values).map(([name, data]) => [name, tf.tensor(data, [data.length, ...sides])]);
      return embed(Object.fromEntries(tensors)).data();
    },
    'onnxruntime-node': (...given) => traced(node, ...given),
    'onnxruntime-web on WebAssembly': (...given) => traced(web as unknown as typeof node, ...given),
  };

describe.each<[string, EmbeddingOptions]>([
  ["the tutorial's", { count: 300, width: 32, shift: 1, cosFirst: false }],
  ["diffusers', of odd width", { count: 1000, width: 65, shift: 0, cosFirst: true }],
])('timeEmbedding, %s', (_, options) => {
  const { count } = options;
  const embed = timeEmbedding(options);
  const at =
    (training: boolean): Embed =>
    ({ t }) =>
      embed({ training }, t as tf.Tensor1D);
  const whole = Float32Array.from({ length: count }, (_, t) => t);
  /** Everywhere between two rows, and close to halves, where the nearest row changes. */
  const between = Float32Array.from({ length: 4000 }, (_, i) => ((i + 0.37) / 4000) * (count - 1));
  for (const [i, t] of [0.5, 0.49999997, 1e-30, count - 1.5, count - 1.0001].entries()) between[i] = t;

  it.each(Object.entries(RUNNERS))(
    'is a row of the table at whole timesteps, right to 1e-6 between: %s',
    async (_, run) => {
      const bitsOf = (values: ArrayLike<number>) => Buffer.from(Float32Array.from(values).buffer);
      expect(bitsOf(await run(at(false), [], { t: whole })).equals(bitsOf(sinusoidalTable(options)))).toBe(true);
      const expected = Array.from(between).flatMap((t) => exactEmbedding(options, t));
      expectClose(await run(at(false), [], { t: between }), expected, { absolute: 1e-6 });
    },
  );

  it('only looks up in training', () => {
    expect(graphOf(at(true), [], ['t']).nodes.map(({ op }) => op)).not.toContain('Mul');
  });
});

describe('conditionFeatures', () => {
  const value = Float32Array.from({ length: 801 }, (_, i) => -10 + i / 40); // both ends beyond 8
  /** In float64. */
  const expected = Array.from(value, (each) => {
    const v = Math.min(8, Math.max(-8, each));
    return [...Array.from({ length: 8 }, (_, i) => [Math.sin(v * 2 ** (i - 4)), Math.cos(v * 2 ** (i - 4))]).flat(), 1];
  }).flat();
  const embed: Embed = ({ value, flag }) => conditionFeatures(value as tf.Tensor2D, flag as tf.Tensor2D);

  it.each(Object.entries(RUNNERS))(
    'are sines and cosines of eight frequencies, and the flag, to 4e-5: %s',
    async (_, run) => {
      const found = await run(embed, [1], { value, flag: new Float32Array(801).fill(1) });
      expectClose(found, expected, { absolute: 4e-5, what: 'features' });
      expect(Array.from(await run(embed, [1], { value, flag: new Float32Array(801) })).every((x) => x === 0)).toBe(
        true,
      );
    },
  );

  it('are computed without a sine, as that of WebGPU is imprecise', () => {
    const ops = graphOf(embed, [1], ['value', 'flag']).nodes.map(({ op }) => op);
    expect(ops.filter((op) => op === 'Sin' || op === 'Cos')).toEqual([]);
  });
});
