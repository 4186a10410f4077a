/**
 * Layers are made by functions that declare their parameters and return a closure that applies them, so a network's
 * parameter list and its arithmetic are written in one place. Initial distributions are PyTorch's defaults.
 */
import type * as tf from '@tensorflow/tfjs';
import type { ForwardOptions, Init, ParameterSpec, Parameters } from './types.ts';

/** Collects the parameters of a network under construction. */
export interface Declare {
  /** Adds a parameter, trainable by default, and returns its full name. */
  (name: string, shape: number[], init: Init, trainable?: boolean): string;
  /** The same list, with `name.` before every name. */
  in(name: string): Declare;
  /** The same, for the last layer of a residual branch or of the network. */
  closing(): Declare;
  /** The full name of something that is no parameter. */
  pathOf(name: string): string;
}

export function declareInto(list: ParameterSpec[], prefix = '', closing = false): Declare {
  const declare = (name: string, shape: number[], init: Init, trainable = true): string => {
    const full = prefix + name;
    list.push({ name: full, shape, trainable, init, ...(closing && { closing }) });
    return full;
  };
  return Object.assign(declare, {
    in: (name: string) => declareInto(list, `${prefix}${name}.`, closing),
    closing: () => declareInto(list, prefix, true),
    pathOf: (name: string) => prefix + name,
  });
}

/** What a layer needs during a forward pass. */
export interface Pass extends ForwardOptions {
  parameters: Parameters;
}

/** A layer from feature maps to feature maps, NHWC. */
export type Layer = (pass: Pass, x: tf.Tensor4D) => tf.Tensor4D;

/** The parameter called `name`. */
export function use<T extends tf.Tensor>(pass: Pass, name: string): T {
  const tensor = pass.parameters[name];
  if (!tensor) throw new Error(`parameter ${name} is missing`);
  return tensor as T;
}

/** PyTorch's default for weights and biases of linear and convolutional layers: U(-1, 1) / sqrt(fan-in). */
export const fanIn = (inputs: number): Init => ({ kind: 'uniform', bound: 1 / Math.sqrt(inputs) });
