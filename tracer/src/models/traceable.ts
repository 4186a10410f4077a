/** What a model of either kind is to a trace. */
import type * as tf from '@tensorflow/tfjs';
import type { Tensors } from '../tracing/trace.ts';
import type { ModelInput } from './ports.ts';

export interface TraceableModel {
  inputs: readonly ModelInput[];
  /** Its weights by name. */
  weights: ReadonlyMap<string, tf.Tensor>;
  /** Inputs by name to outputs by name. */
  run: (tensors: Tensors) => Tensors;
}
