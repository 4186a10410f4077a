/**
 * The optimisers of tf.train as functions of tensors, operation by operation as tfjs 4.22 computes them
 * (https://github.com/tensorflow/tfjs/tree/master/tfjs-core/src/optimizers).
 */
import * as tf from '@tensorflow/tfjs';
import { TraceError } from '../graph/trace-error.ts';

/** What an optimiser keeps for each weight. */
export interface Slot {
  /** As tfjs names it in a saved model, after the weight's name: `m`. */
  name: string;
  /** The optimiser's field that lists it, weight by weight. */
  field: string;
}

/** A number that an optimiser keeps. */
export interface Counter {
  name: string;
  /** The optimiser's field that holds it. */
  field: string;
  /** What it becomes at each step. */
  next: (value: tf.Tensor) => tf.Tensor;
}

export interface OptimizerForm {
  learningRate: number;
  slots: readonly Slot[];
  counters: readonly Counter[];
  /**
   * @param slots in their order
   * @param counters before the step
   * @returns the next weight, then the next slots
   */
  update(step: Update): tf.Tensor[];
}

interface Update {
  weight: tf.Tensor;
  gradient: tf.Tensor;
  slots: readonly tf.Tensor[];
  counters: readonly tf.Tensor[];
  learningRate: tf.Tensor;
}

type Config = Record<string, number | boolean>;

const { add, sub, mul, div, neg, sqrt, square } = tf;

/** value * rate + other * (1 - rate) */
const mixed = (value: tf.Tensor, rate: number, other: tf.Tensor) => add(mul(value, rate), mul(other, 1 - rate));

const FORMS: Readonly<Record<string, (config: Config) => Omit<OptimizerForm, 'learningRate'>>> = {
  SGD: () => ({
    slots: [],
    counters: [],
    update: ({ weight, gradient, learningRate }) => [add(mul(neg(learningRate), gradient), weight)],
  }),

  Momentum: ({ momentum, useNesterov }) => ({
    slots: [{ name: 'momentum', field: 'accumulations' }],
    counters: [],
    update: ({ weight, gradient, slots: [accumulation], learningRate }) => {
      const m = momentum as number;
      const next = add(mul(m, accumulation!), gradient);
      const step = useNesterov ? add(gradient, mul(next, m)) : next;
      return [add(mul(neg(learningRate), step), weight), next];
    },
  }),

  RMSProp: ({ decay, momentum, epsilon, centered }) => ({
    slots: [
      { name: 'rms', field: 'accumulatedMeanSquares' },
      { name: 'momentum', field: 'accumulatedMoments' },
      ...(centered ? [{ name: 'mg', field: 'accumulatedMeanGrads' }] : []),
    ],
    counters: [],
    update: ({ weight, gradient, slots: [squares, moments, means], learningRate }) => {
      const [rate, small] = [decay as number, epsilon as number];
      const nextSquares = mixed(squares!, rate, square(gradient));
      const nextMeans = means && mixed(means, rate, gradient);
      const variance = nextMeans ? sub(nextSquares, add(square(nextMeans), small)) : add(nextSquares, small);
      const step = div(mul(gradient, learningRate), sqrt(variance));
      const nextMoments = add(mul(moments!, momentum as number), step);
      return [sub(weight, nextMoments), nextSquares, nextMoments, ...(nextMeans ? [nextMeans] : [])];
    },
  }),

  Adam: ({ beta1, beta2, epsilon }) => ({
    slots: [
      { name: 'm', field: 'accumulatedFirstMoment' },
      { name: 'v', field: 'accumulatedSecondMoment' },
    ],
    counters: [
      { name: 'beta1', field: 'accBeta1', next: (value) => mul(value, beta1 as number) },
      { name: 'beta2', field: 'accBeta2', next: (value) => mul(value, beta2 as number) },
    ],
    update: ({ weight, gradient, slots: [first, second], counters: [power1, power2], learningRate }) => {
      const nextFirst = mixed(first!, beta1 as number, gradient);
      const nextSecond = mixed(second!, beta2 as number, square(gradient));
      const corrected = div(nextFirst, sub(1, power1!));
      const root = sqrt(div(nextSecond, sub(1, power2!)));
      const step = mul(div(corrected, add(root, epsilon as number)), neg(learningRate));
      return [add(step, weight), nextFirst, nextSecond];
    },
  }),
};

/** @throws TraceError for another optimiser than sgd, momentum, rmsprop and adam */
export function optimizerForm(optimizer: tf.Optimizer): OptimizerForm {
  const name = optimizer.getClassName();
  const config = optimizer.getConfig() as Config;
  const form = Object.hasOwn(FORMS, name) ? FORMS[name] : undefined;
  if (!form) {
    throw new TraceError(
      `Cannot trace a training step: the optimizer must be one of ${Object.keys(FORMS).join(', ')}, received ${name}; ` +
        'leave it out of the graph with optimizer: false, which gives the gradients alone.',
    );
  }
  return { ...form(config), learningRate: config.learningRate as number };
}
