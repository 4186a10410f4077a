/**
 * The range of every value that is to be stored in 8 bits, seen while the network samples: at all timesteps, from noise to picture,
 * with all classes and with none.
 *
 * The network is run with a ReduceMin and a ReduceMax on each value, so that a call returns two numbers for it.
 */
import { encodeModel, type FileGraph, type Node } from '@onnoise/tracer';
import { type Outputs, openNetwork, type SampledFacts, samplePictures } from './network.ts';

export interface Range {
  min: number;
  max: number;
}

export interface CalibrationOptions {
  /** Pictures that are sampled. */
  count: number;
  /** Default: as `pipeline sample`. */
  steps?: number | undefined;
  /** Of the first picture. */
  seed: number;
  onProgress?: ((done: number, total: number) => void) | undefined;
}

/**
 * @param action what fails, after "Cannot"
 * @param values names of values of the graph, which stays as it is
 * @returns the range of each, with 0 in it: padding is 0
 */
export async function calibrate(
  action: string,
  graph: FileGraph,
  values: readonly string[],
  facts: SampledFacts,
  { count, seed, steps, onProgress }: CalibrationOptions,
): Promise<Map<string, Range>> {
  const network = await openNetwork(action, encodeModel(observed(graph, values)), facts);
  const seen = values.map((): Range => ({ min: 0, max: 0 }));
  const look = (outputs: Outputs) => {
    for (const [i, range] of seen.entries()) {
      range.min = Math.min(range.min, outputs[`${i}.min`]!.data[0] as number);
      range.max = Math.max(range.max, outputs[`${i}.max`]!.data[0] as number);
    }
  };
  try {
    await samplePictures(network, { count, seed, steps }, { onOutputs: look, onStep: onProgress });
  } finally {
    await network.session.release();
  }
  return new Map(values.map((value, i) => [value, seen[i]!]));
}

function observed(graph: FileGraph, values: readonly string[]): FileGraph {
  const reduce = (kind: 'Min' | 'Max') =>
    values.map((value, i): Node => {
      const output = `${i}.${kind.toLowerCase()}`;
      const attributes = { keepdims: { int: 0 } };
      return { name: output, op: `Reduce${kind}`, domain: '', inputs: [value], outputs: [output], attributes };
    });
  const nodes = [...reduce('Min'), ...reduce('Max')];
  return {
    ...graph,
    nodes: [...graph.nodes, ...nodes],
    outputs: [...graph.outputs, ...nodes.map(({ name }) => ({ name, dtype: 'float32' as const, dims: [] }))],
  };
}
