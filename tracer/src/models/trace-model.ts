/** A saved or built model, of layers or as a graph, to an ONNX graph for inference. */
import * as tf from '@tensorflow/tfjs';
import type { Graph } from '../graph/graph.ts';
import { foldBatchNorm } from '../passes/batch-norm.ts';
import { dropClippedRelus } from '../passes/clip.ts';
import { foldConstants } from '../passes/constants.ts';
import { fuseGroupNorm } from '../passes/group-norm.ts';
import { simplify } from '../passes/index.ts';
import { useStandardOperators } from '../passes/standard.ts';
import { traceAnyBatch } from '../tracing/dynamic-batch.ts';
import { trace } from '../tracing/trace.ts';
import { traceableGraph } from './graph-model.ts';
import { traceableLayers } from './layers-model.ts';
import { type InputSizes, sizedInputs, specsAt } from './ports.ts';

export interface TraceModelOptions extends InputSizes {
  /** The graph's name; `model` when left out. */
  name?: string | undefined;
}

/**
 * Traces a model for inference: dropout does nothing, and batch normalisation uses the moving statistics.
 *
 * The batch stays open where the model leaves it open: it is the axis `batch` of the graph's inputs and outputs. Names are
 * kept: inputs and outputs have those by which the model takes and gives them (`inputNames` and `outputNames` of a layers
 * model, `inputNodes` and `outputNodes` of a graph model; where one comes twice, with a number), and constants those of
 * the weights. Tensors keep the axes that tfjs sees: pictures are [batch, height, width, channels].
 *
 * @returns the graph, made for inference: normalisation is folded into convolutions. `encodeModel` gives its bytes.
 * @throws TraceError as `trace` does, with the layer or node in question; for sizes that do not fit the model; and for a
 *   model whose result depends on the batch in other ways than in its shape, which a fixed `batch` helps.
 */
export function traceModel(
  model: tf.LayersModel | tf.GraphModel,
  { name = 'model', ...sizes }: TraceModelOptions = {},
): Graph {
  const { inputs, weights, run } = model instanceof tf.LayersModel ? traceableLayers(model) : traceableGraph(model);
  const sized = sizedInputs(inputs, sizes);
  const traceAt = (batch: number) => trace(run, specsAt(sized, batch), { name, weights });
  const open = sized.some(({ shape }) => shape.includes(null));
  const graph = open ? traceAnyBatch(traceAt) : traceAt(1);
  fuseGroupNorm(graph);
  foldConstants(graph);
  foldBatchNorm(graph);
  dropClippedRelus(graph);
  useStandardOperators(graph);
  return simplify(graph);
}
