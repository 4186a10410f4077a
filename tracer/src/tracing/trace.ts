/**
 * Turns a TensorFlow.js function into an ONNX graph, gradients included.
 *
 * The function runs on a backend that records. What it does with tensors becomes nodes; what it does with JavaScript
 * numbers is done now and becomes constants. So it must depend on the values of its inputs through tfjs operators
 * alone. It runs twice, to see that the constants are the same again: random numbers are not.
 */

import * as tf from '@tensorflow/tfjs';
import { withDeepStacks } from '../graph/caller.ts';
import { type Graph, GraphBuilder } from '../graph/graph.ts';
import { identityOrder, plain, type Value } from '../graph/layout.ts';
import { type ConstantSpec, requireSpecs, type TensorSpec } from '../graph/specs.ts';
import { simplify } from '../passes/index.ts';
import { withCorrectedGradients } from './gradients.ts';
import { addOutputs, requireTensors } from './outputs.ts';
import { BACKEND, traceBackend } from './register.ts';
import { type Recording, requireSame } from './repeat.ts';

export interface TraceOptions {
  /** The graph's name; `graph` when left out. */
  name?: string;
  /** Tensors that become named constants of the graph, such as trained weights: given to the function beside the inputs. */
  constants?: readonly ConstantSpec[];
  /** Names for the constants that are made of tensors which the function closes over, such as the weights of a model. */
  weights?: ReadonlyMap<string, tf.Tensor>;
  /**
   * Whether 3x3 convolutions whose filters are inputs, and their gradients, take Winograd's form where they have few pixels
   * and many channels. It has 16 products in place of 36 and takes more memory. The default is false.
   */
  winograd?: boolean;
  /**
   * Whether sums of 1024 neighbours and more are added up axis by axis: a node more, and rounding as small as PyTorch's, which the
   * gradients of deep networks need. The default is false.
   */
  sumsInSteps?: boolean;
  /**
   * Whether 3x3 convolutions and the like whose filters are inputs, and their gradients, become matrix products where they have few
   * pixels. That is faster on a CPU, and takes operators that GPUs lack. The default is true.
   */
  products?: boolean;
  /**
   * The block size of onnxruntime's blocked kernels on the machine that will run the graph, as in `blockConvolutions`: gradients of
   * filters then use these kernels. By default they do not.
   */
  block?: number | undefined;
  /** Orders of outputs by name, as those of inputs. */
  orders?: ReadonlyMap<string, readonly number[]>;
}

/** What a traced function takes and returns: tensors by name. */
export type Tensors = Record<string, tf.Tensor>;

/**
 * Traces a TensorFlow.js function: runs it without computing anything and records what it would compute.
 *
 * @param fn takes tensors by name and returns tensors by name; it may differentiate (tf.grads and the like). It is
 *   called twice and must do the same both times. The tfjs backend in use is the same before and after.
 * @param inputs names, shapes and dtypes of the tensors that `fn` takes.
 * @returns the graph, simplified: opset 18, with the inputs in the order given and the outputs named and ordered as
 *   `fn` returns them. Inputs, constants and outputs keep the axes that tfjs sees. Of a float that int32 cannot hold (3e9, NaN),
 *   `tf.cast(x, 'int32')` makes what the engine that runs the graph makes of it, which ONNX leaves open: see the README's limits.
 * @throws TraceError for a kernel that ONNX nodes cannot stand for (`error.kernel` names it), for reading a traced
 *   tensor, for inputs and constants that no graph can have, for outputs that are no tensors by name, and for a function that does
 *   not do the same twice. Errors of tfjs and of `fn` come through as they are.
 */
export function trace(
  fn: (tensors: Tensors) => Tensors,
  inputs: readonly TensorSpec[],
  options: TraceOptions = {},
): Graph {
  requireSpecs(inputs, options.constants ?? []);
  const first = record(fn, inputs, options);
  requireSame(first, record(fn, inputs, options));
  return simplify(first.graph);
}

/** One run of `fn`. */
function record(fn: (tensors: Tensors) => Tensors, inputs: readonly TensorSpec[], options: TraceOptions): Recording {
  const backend = traceBackend();
  const b = new GraphBuilder(options.name ?? 'graph', options);
  tf.backend(); // has tfjs choose one, if none is in use yet
  const before = tf.getBackend();
  backend.record(b, options.weights);
  try {
    tf.setBackend(BACKEND);
    const run = () => {
      const tensors: Tensors = {};
      for (const spec of inputs) tensors[spec.name] = asTensor(inputValue(b, spec));
      for (const { name, dtype, shape, data } of options.constants ?? []) {
        tensors[name] = asTensor(plain(b.constant(data, shape, dtype, name), dtype, shape));
      }
      const outputs = requireTensors(fn(tensors));
      addOutputs(b, outputs, new Set(Object.keys(tensors)), options.orders);
      // What was kept would outlive the scope.
      tf.dispose(outputs);
    };
    withDeepStacks(() => withCorrectedGradients(() => tf.tidy(run)));
    return { graph: b.graph, written: backend.written };
  } finally {
    backend.record(undefined);
    tf.setBackend(before);
  }
}

function inputValue(b: GraphBuilder, { name, dtype, shape, order = identityOrder(shape.length) }: TensorSpec): Value {
  const dims = order.map((axis) => shape[axis]!);
  return { name: b.input(name, dtype, dims), dtype, shape, order, dims };
}

const asTensor = (value: Value): tf.Tensor => tf.engine().makeTensorFromTensorInfo(traceBackend().tensorOf(value));
