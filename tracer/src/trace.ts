/**
 * Turns a TensorFlow.js function into an ONNX graph, gradients included.
 *
 * The function runs on a backend that records. What it does with tensors becomes nodes; what it does with JavaScript
 * numbers is done now and becomes constants. So it must depend on the values of its inputs through tfjs operators
 * alone. It runs twice, to see that the constants are the same again: random numbers are not.
 */

import * as tf from '@tensorflow/tfjs';
import { withDeepStacks } from './caller.ts';
import { withCorrectedGradients } from './gradients.ts';
import { type Graph, GraphBuilder, sizeOf } from './graph.ts';
import { identityOrder, plain, type Value } from './layout.ts';
import { addOutputs, requireOrder, requireTensors } from './outputs.ts';
import { simplify } from './passes/index.ts';
import { BACKEND, traceBackend } from './register.ts';
import { type Recording, requireSame } from './repeat.ts';
import { TraceError } from './trace-error.ts';

/** An input of a traced function, and of its graph. */
export interface TensorSpec {
  /** The key under which the function finds the tensor. Dots make scopes: `down.0.weight` names nodes `down.0/...`. */
  name: string;
  /** As tfjs sees it, and as the graph's input has it. */
  shape: readonly number[];
  dtype: 'float32' | 'int32' | 'bool';
  /**
   * How the graph's input is stored: its axis i is axis order[i] of `shape`. When left out, the two agree. A function
   * that reads weights in another order than they come in moves them each time; with this they come in that order.
   */
  order?: readonly number[];
}

export interface TraceOptions {
  /** The graph's name; `graph` when left out. */
  name?: string;
  /**
   * Tensors that become named constants of the graph, such as trained weights: given to the function beside the inputs.
   * `data` holds as many values as `shape` says, row by row.
   */
  constants?: readonly (Omit<TensorSpec, 'order'> & { data: Float32Array | Int32Array })[];
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
 *   `fn` returns them. Inputs, constants and outputs keep the axes that tfjs sees.
 * @throws TraceError for a kernel that ONNX nodes cannot stand for (`error.kernel` names it), for reading a traced
 *   tensor, for names that are not unique, for a constant of the wrong size, for outputs that are no tensors, and for a
 *   function that does not do the same twice. Errors of tfjs and of `fn` come through as they are.
 */
export function trace(
  fn: (tensors: Tensors) => Tensors,
  inputs: readonly TensorSpec[],
  options: TraceOptions = {},
): Graph {
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
      const add = (name: string, tensor: tf.Tensor) => {
        if (name in tensors) throw new TraceError(`Cannot trace: two inputs or constants are named ${name}.`);
        tensors[name] = tensor;
      };
      for (const spec of inputs) add(spec.name, asTensor(inputValue(b, spec)));
      for (const { name, dtype, shape, data } of options.constants ?? []) {
        if (data.length !== sizeOf(shape)) {
          throw new TraceError(
            `Cannot trace: the constant ${name} must have ${sizeOf(shape)} values, received ${data.length}.`,
          );
        }
        add(name, asTensor(plain(b.constant(data, shape, dtype, name), dtype, shape)));
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
  requireOrder(name, shape, order);
  const dims = order.map((axis) => shape[axis]!);
  return { name: b.input(name, dtype, dims), dtype, shape, order, dims };
}

const asTensor = (value: Value): tf.Tensor => tf.engine().makeTensorFromTensorInfo(traceBackend().tensorOf(value));
