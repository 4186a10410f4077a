/** Functions that have nothing to do with diffusion: `trace` takes any tfjs function, and its gradient. */
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import {
  asTensor,
  expectSame,
  expectTraced,
  type Input,
  randomData,
  randomInput,
  runEager,
  runGraph,
  type Tensors,
  uniforms,
} from '#test/models/traced.ts';
import { trace } from '#tracer/tracing/trace.ts';

const next = uniforms(5);
const input = (name: string, shape: number[], range?: readonly [number, number]) =>
  randomInput(next, name, shape, range);
const labels = (name: string, count: number, classes: number): Input => ({
  name,
  shape: [count],
  dtype: 'int32',
  data: randomData(next, [count], 'int32', [0, classes - 1]),
});

/** One gradient step on named parameters: the loss, and each parameter with `update` applied to its gradient. */
function step(
  parameters: Tensors,
  loss: (parameters: Tensors) => tf.Tensor,
  update: (parameter: tf.Tensor, gradient: tf.Tensor, name: string) => Tensors,
): Tensors {
  const names = Object.keys(parameters);
  const { value, grads } = tf.valueAndGrads((...values: tf.Tensor[]) =>
    loss(Object.fromEntries(values.map((tensor, i) => [names[i]!, tensor]))).asScalar(),
  )(Object.values(parameters));
  const updated = grads.map((gradient, i) => update(parameters[names[i]!]!, gradient, names[i]!));
  return Object.assign({ loss: value }, ...updated);
}

const pick = (tensors: Tensors, names: readonly string[]): Tensors =>
  Object.fromEntries(names.map((name) => [name, tensors[name]!]));

describe('trace agrees with tfjs on', () => {
  it('a perceptron and its Adam step', async () => {
    const weights = [input('w1', [4, 8], [-1, 1]), input('b1', [8]), input('w2', [8, 3], [-1, 1]), input('b2', [3])];
    const names = weights.map(({ name }) => name);
    const moments = weights.flatMap(({ name, shape }) => [
      input(`${name}.m`, [...shape], [-0.1, 0.1]),
      input(`${name}.v`, [...shape], [0.01, 0.1]),
    ]);
    const inputs = [...weights, ...moments, input('x', [6, 4]), labels('label', 6, 3), input('t', [], [1, 9])];
    await expectTraced((tensors) => {
      const loss = (p: Tensors) => {
        const hidden = tf.relu(tf.add(tf.matMul(tensors.x as tf.Tensor2D, p.w1 as tf.Tensor2D), p.b1!));
        const logits = tf.add(tf.matMul(hidden as tf.Tensor2D, p.w2 as tf.Tensor2D), p.b2!);
        return tf.losses.softmaxCrossEntropy(tf.oneHot(tensors.label!, 3), logits);
      };
      return step(pick(tensors, names), loss, (parameter, gradient, name) => {
        const m = tf.add(tf.mul(tensors[`${name}.m`]!, 0.9), tf.mul(gradient, 0.1));
        const v = tf.add(tf.mul(tensors[`${name}.v`]!, 0.999), tf.mul(tf.square(gradient), 0.001));
        const mHat = tf.div(m, tf.sub(1, tf.pow(0.9, tensors.t!)));
        const vHat = tf.div(v, tf.sub(1, tf.pow(0.999, tensors.t!)));
        const moved = tf.sub(parameter, tf.mul(0.01, tf.div(mHat, tf.add(tf.sqrt(vHat), 1e-8))));
        return { [`${name}.next`]: moved, [`${name}.m.next`]: m, [`${name}.v.next`]: v };
      });
    }, inputs);
  });

  it('an LSTM over a sequence and its gradient', async () => {
    const names = ['kernel', 'bias'];
    const inputs = [input('kernel', [3 + 4, 16], [-0.5, 0.5]), input('bias', [16]), input('x', [2, 5, 3])];
    await expectTraced((tensors) => {
      const loss = (p: Tensors) => {
        let c = tf.zeros([2, 4]) as tf.Tensor2D;
        let h = tf.zeros([2, 4]) as tf.Tensor2D;
        for (const x of tf.unstack(tensors.x!, 1)) {
          [c, h] = tf.basicLSTMCell(
            tf.scalar(1),
            p.kernel as tf.Tensor2D,
            p.bias as tf.Tensor1D,
            x as tf.Tensor2D,
            c,
            h,
          );
        }
        return tf.mean(tf.square(h));
      };
      return step(pick(tensors, names), loss, (_, gradient, name) => ({ [`d.${name}`]: gradient }));
    }, inputs);
  });

  it('logistic regression by gradient descent, several steps in one graph', async () => {
    const inputs = [input('w', [3, 1]), input('b', [1]), input('x', [8, 3]), labels('y', 8, 2)];
    await expectTraced((tensors) => {
      const target = tf.reshape(tf.cast(tensors.y!, 'float32'), [8, 1]);
      let parameters = pick(tensors, ['w', 'b']);
      let last: Tensors = {};
      for (let i = 0; i < 3; i++) {
        const loss = (p: Tensors) => {
          const logit = tf.add(tf.matMul(tensors.x as tf.Tensor2D, p.w as tf.Tensor2D), p.b!);
          return tf.losses.sigmoidCrossEntropy(target, logit);
        };
        last = step(parameters, loss, (p, gradient, name) => ({ [name]: tf.sub(p, tf.mul(gradient, 0.5)) }));
        parameters = pick(last, ['w', 'b']);
      }
      return { loss: last.loss!, 'w.next': last.w!, 'b.next': last.b! };
    }, inputs);
  });

  it('the fit of a polynomial', async () => {
    const inputs = [input('coefficients', [4]), input('x', [16], [-1, 1]), input('y', [16])];
    await expectTraced((tensors) => {
      const loss = ({ coefficients }: Tensors) => {
        const terms = tf.unstack(coefficients!).map((c, power) => tf.mul(c, tf.pow(tensors.x!, power)));
        return tf.losses.meanSquaredError(tensors.y!, tf.addN(terms));
      };
      return step(pick(tensors, ['coefficients']), loss, (p, gradient) => ({ next: tf.sub(p, tf.mul(0.1, gradient)) }));
    }, inputs);
  });

  it('a step of k-means', async () => {
    await expectTraced(
      ({ points, centres }) => {
        const distance = tf.sum(tf.squaredDifference(tf.expandDims(points!, 1), tf.expandDims(centres!, 0)), 2);
        const nearest = tf.argMin(distance, 1);
        const member = tf.cast(tf.oneHot(nearest, 4), 'float32');
        const counts = tf.maximum(tf.sum(member, 0), 1);
        const sums = tf.matMul(member as tf.Tensor2D, points as tf.Tensor2D, true);
        return { nearest, moved: tf.div(sums, tf.expandDims(counts, 1)), cost: tf.sum(tf.min(distance, 1)) };
      },
      [input('points', [20, 2]), input('centres', [4, 2])],
    );
  });

  it('attention with a causal mask', async () => {
    await expectTraced(
      ({ q, k, v }) => {
        const scores = tf.div(tf.matMul(q!, k!, false, true), 2);
        const mask = tf.linalg.bandPart(tf.ones([5, 5]), -1, 0);
        const masked = tf.where(tf.equal(mask, 1), scores, tf.fill(scores.shape, -1e9));
        return { y: tf.matMul(tf.softmax(masked), v!) };
      },
      [input('q', [2, 3, 5, 4]), input('k', [2, 3, 5, 4]), input('v', [2, 3, 5, 4])],
    );
  });

  it('statistics of integers and bools', async () => {
    const x: Input = { name: 'x', shape: [4, 6], dtype: 'int32', data: randomData(next, [4, 6], 'int32', [-9, 9]) };
    await expectTraced(
      (tensors) => {
        const positive = tf.greater(tensors.x!, 0);
        return {
          count: tf.sum(tf.cast(positive, 'int32'), 1),
          any: tf.any(positive, 0),
          all: tf.all(positive),
          parity: tf.sub(tensors.x!, tf.mul(tf.floorDiv(tensors.x!, tf.scalar(2, 'int32')), tf.scalar(2, 'int32'))),
          best: tf.argMax(tensors.x!, 1),
          running: tf.cumsum(tensors.x!, 1),
        };
      },
      [x],
    );
  });

  it('a tf.layers network, whose weights become constants', async () => {
    tf.setBackend('cpu');
    const model = tf.sequential({
      layers: [
        tf.layers.conv2d({ inputShape: [8, 8, 2], filters: 3, kernelSize: 3, activation: 'relu' }),
        tf.layers.batchNormalization(),
        tf.layers.maxPooling2d({ poolSize: 2 }),
        tf.layers.flatten(),
        tf.layers.dense({ units: 5, activation: 'softmax' }),
      ],
    });
    const graph = await expectTraced(({ x }) => ({ y: model.apply(x!) as tf.Tensor }), [input('x', [3, 8, 8, 2])]);
    expect(graph.inputs.map(({ name }) => name)).toEqual(['x']);
    model.dispose();
  });
});

describe('trace', () => {
  it('gives a graph that can be run step after step: ten Adam losses follow tfjs', async () => {
    const weights = [input('w', [4, 1]), input('m', [4, 1], [0, 0]), input('v', [4, 1], [0, 0])];
    const batch = [input('x', [16, 4]), input('y', [16, 1])];
    const t: Input = { name: 't', shape: [], dtype: 'float32', data: Float32Array.of(0) };
    const train = (tensors: Tensors): Tensors => {
      const loss = ({ w }: Tensors) =>
        tf.losses.meanSquaredError(tensors.y!, tf.matMul(tensors.x as tf.Tensor2D, w as tf.Tensor2D));
      return step(pick(tensors, ['w']), loss, (w, gradient) => {
        const m = tf.add(tf.mul(tensors.m!, 0.9), tf.mul(gradient, 0.1));
        const v = tf.add(tf.mul(tensors.v!, 0.999), tf.mul(tf.square(gradient), 0.001));
        const rate = tf.div(tf.sqrt(tf.sub(1, tf.pow(0.999, tensors.t!))), tf.sub(1, tf.pow(0.9, tensors.t!)));
        const next = tf.sub(w, tf.mul(tf.mul(0.05, rate), tf.div(m, tf.add(tf.sqrt(v), 1e-7))));
        return { 'w.next': next, 'm.next': m, 'v.next': v };
      });
    };
    const graph = trace(train, [...weights, ...batch, t]);
    let [eager, traced] = [weights, weights];
    for (let i = 1; i <= 10; i++) {
      const now: Input = { ...t, data: Float32Array.of(i) };
      const expected = runEager(train, [...eager, ...batch, now]);
      const actual = await runGraph(graph, [...traced, ...batch, now]);
      expectSame(actual, expected);
      const carry = (state: Input[], results: typeof actual) =>
        state.map((s): Input => ({ ...s, data: Float32Array.from(results[`${s.name}.next`]!.data) }));
      [eager, traced] = [carry(eager, expected), carry(traced, actual)];
    }
  });

  it('takes named constants, which become initializers of those names', async () => {
    const w = input('dense.weight', [3, 2]);
    const x = input('x', [4, 3]);
    const fn = (tensors: Tensors): Tensors => ({
      y: tf.matMul(tensors.x as tf.Tensor2D, tensors['dense.weight'] as tf.Tensor2D),
    });
    const graph = trace(fn, [x], { name: 'dense', constants: [{ ...w, data: w.data as Float32Array }] });
    expect(graph.name).toBe('dense');
    expect([...graph.constants.keys()]).toEqual(['dense.weight']);
    expect(graph.inputs.map(({ name }) => name)).toEqual(['x']);
    expectSame(await runGraph(graph, [x]), runEager(fn, [x, w]));
  });

  it('takes tensors that the function closes over as constants', async () => {
    tf.setBackend('cpu');
    const x = input('x', [2, 3]);
    const closed = asTensor(input('c', [3]));
    const variable = tf.variable(asTensor(input('v', [2, 1])));
    const graph = await expectTraced((tensors) => ({ y: tf.add(tf.mul(tensors.x!, closed), variable) }), [x]);
    expect(graph.constants.size).toBe(2);
    tf.dispose([closed, variable]);
  });

  it('gives an input or a constant as an output, and one value as two', async () => {
    await expectTraced(
      ({ x }) => {
        const y = tf.exp(x!);
        return { same: x!, also: x!, constant: tf.tensor1d([1, 2, 3]), y, z: y, ones: tf.ones([2, 2]) };
      },
      [input('x', [2, 3])],
    );
  });

  it('keeps an input that nothing reads', async () => {
    const graph = await expectTraced(({ x }) => ({ y: tf.neg(x!) }), [input('x', [2]), input('unused', [3])]);
    expect(graph.inputs.map(({ name }) => name)).toEqual(['x', 'unused']);
  });
});
