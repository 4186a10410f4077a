/** A small fully connected network with its gradient, in plain numbers: tanh between layers, and Adam (Kingma & Ba 2015). */
import { normals } from './eight.ts';

interface Layer {
  inputs: number;
  outputs: number;
  /** Where its weights [outputs, inputs] and then its biases begin. */
  at: number;
}

export interface Net {
  layers: readonly Layer[];
  values: Float64Array;
  moment1: Float64Array;
  moment2: Float64Array;
  /** Steps of Adam. */
  steps: number;
}

/** @param sizes of what goes in, of hidden layers, of what comes out */
export function createNet(seed: number, sizes: readonly number[]): Net {
  let at = 0;
  const layers = sizes.slice(1).map((outputs, i) => {
    const layer = { inputs: sizes[i]!, outputs, at };
    at += outputs * (layer.inputs + 1);
    return layer;
  });
  const values = normals(seed, at);
  for (const { inputs, outputs, at } of layers) {
    for (let i = 0; i < outputs * inputs; i++) values[at + i]! /= Math.sqrt(inputs);
    values.fill(0, at + outputs * inputs, at + outputs * (inputs + 1));
  }
  return { layers, values, moment1: new Float64Array(at), moment2: new Float64Array(at), steps: 0 };
}

/** What each layer gives, the input first: [N, size] each. */
export function forward({ layers, values }: Net, input: Float64Array): Float64Array[] {
  const count = input.length / layers[0]!.inputs;
  const all = [input];
  for (const [k, { inputs, outputs, at }] of layers.entries()) {
    const [from, to] = [all[k]!, new Float64Array(count * outputs)];
    const last = k === layers.length - 1;
    for (let n = 0; n < count; n++) {
      for (let o = 0; o < outputs; o++) {
        let sum = values[at + outputs * inputs + o]!;
        for (let i = 0; i < inputs; i++) sum += values[at + o * inputs + i]! * from[n * inputs + i]!;
        to[n * outputs + o] = last ? sum : Math.tanh(sum);
      }
    }
    all.push(to);
  }
  return all;
}

/**
 * The gradient of the input. @param all of `forward`
 * @param slope gradient of what came out, [N, size]
 * @param into the gradient of the weights is added here, if it is wanted
 */
export function backward(
  { layers, values }: Net,
  all: readonly Float64Array[],
  slope: Float64Array,
  into?: Float64Array,
): Float64Array {
  let now = slope;
  for (let k = layers.length - 1; k >= 0; k--) {
    const { inputs, outputs, at } = layers[k]!;
    const [from, to] = [all[k]!, all[k + 1]!];
    const count = from.length / inputs;
    const before = new Float64Array(from.length);
    for (let n = 0; n < count; n++) {
      for (let o = 0; o < outputs; o++) {
        const value = to[n * outputs + o]!;
        const own = now[n * outputs + o]! * (k === layers.length - 1 ? 1 : 1 - value ** 2);
        for (let i = 0; i < inputs; i++) {
          before[n * inputs + i]! += values[at + o * inputs + i]! * own;
          if (into) into[at + o * inputs + i]! += own * from[n * inputs + i]!;
        }
        if (into) into[at + outputs * inputs + o]! += own;
      }
    }
    now = before;
  }
  return now;
}

const [BETA1, BETA2, EPSILON] = [0.5, 0.99, 1e-8];

/** In place. */
export function descend(net: Net, gradient: Float64Array, rate: number): void {
  net.steps++;
  const [first, second] = [1 - BETA1 ** net.steps, 1 - BETA2 ** net.steps];
  const { values, moment1, moment2 } = net;
  for (let i = 0; i < values.length; i++) {
    moment1[i] = BETA1 * moment1[i]! + (1 - BETA1) * gradient[i]!;
    moment2[i] = BETA2 * moment2[i]! + (1 - BETA2) * gradient[i]! ** 2;
    values[i]! -= (rate * moment1[i]!) / first / (Math.sqrt(moment2[i]! / second) + EPSILON);
  }
}
