/**
 * Runs that write their results into given tensors and return nothing.
 *
 * onnxruntime-node 1.30 does write into them, but then copies every result into a new array for what it returns: for a
 * training state that is 750 MB a step of the tutorial's network and a tenth of its time. It makes what it returns in
 * the order of the graph's outputs, after the run, and it cannot make a sequence. So a graph whose first output is a
 * sequence stops it before the first copy: it throws then, and all results are in place. A version that can return
 * sequences will return as usual, with the same results.
 */

import type * as ort from '@onnoise/runtime-node/onnxruntime';
import type { Graph } from '@onnoise/tracer';
import { once } from './tensors.ts';

const NOTHING = 'nothing';
/** What onnxruntime-node says of a sequence. Whatever else it throws is an error of the run. */
const SEQUENCE_REFUSED = 'Non tensor type is temporarily not supported.';

/** Puts an empty sequence before the outputs of a graph. @param graph edited in place */
export function returnNothing(graph: Graph): void {
  const type = { dtype: 'float32', dims: [] } as const;
  graph.types.set(NOTHING, type);
  graph.nodes.push({ name: NOTHING, op: 'SequenceEmpty', domain: '', inputs: [], outputs: [NOTHING], attributes: {} });
  graph.outputs.unshift({ name: NOTHING, ...type, sequence: true });
}

/**
 * Runs a graph that went through `returnNothing`. A tensor may have other dims than its port, if it has as many elements.
 * @param outputs get all results
 * @throws what the run throws
 */
export async function runInto(
  session: ort.InferenceSession,
  inputs: Record<string, ort.Tensor>,
  outputs: Record<string, ort.Tensor>,
): Promise<void> {
  try {
    const results = { ...fitted(outputs, session.outputMetadata), [NOTHING]: null };
    await session.run(fitted(inputs, session.inputMetadata), results);
  } catch (error) {
    if (!(error instanceof Error && error.message === SEQUENCE_REFUSED)) throw error;
  }
}

const dimsOf = once(
  (ports: readonly ort.InferenceSession.ValueMetadata[]) =>
    new Map(ports.flatMap((port) => (port.isTensor ? [[port.name, port.shape as number[]] as const] : []))),
);

/** The same numbers in the dims of the ports. */
function fitted(tensors: Record<string, ort.Tensor>, ports: readonly ort.InferenceSession.ValueMetadata[]) {
  const wanted = dimsOf(ports);
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => {
      const dims = wanted.get(name);
      return [name, dims && String(dims) !== String(tensor.dims) ? tensor.reshape(dims) : tensor];
    }),
  );
}
