import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readModelFolder } from '@onnoise/runtime-node';
import { decodeModel, encodeModel, type FileGraph, type Node } from '@onnoise/tracer';
import { expect, it } from 'vitest';
import { loopGraph } from '#pipeline/export/fuse/loop.ts';
import { requireFusedParity } from '#pipeline/export/fuse/parity.ts';
import { fusedTable } from '#pipeline/export/fuse/table-file.ts';
import { exportWave } from '#test/diffusers/export.ts';
import { TOLD } from '#test/models/fused.ts';
import { temporaryFolder } from '#test/models/tiny-onnx.ts';

/** The nodes of a graph and of its bodies. */
const nodesOf = ({ nodes }: FileGraph): Node[] =>
  nodes.flatMap((node) => [
    node,
    ...Object.values(node.attributes).flatMap((value) => ('graph' in value ? nodesOf(value.graph) : [])),
  ]);

/** Has nodes read zeros where they read the input. */
function deaf(graph: FileGraph, input: string): void {
  const zeros = `${input}.zeros`;
  for (const node of nodesOf(graph)) node.inputs = node.inputs.map((name) => (name === input ? zeros : name));
  graph.nodes.unshift({
    name: zeros,
    op: 'Sub',
    domain: '',
    inputs: [input, input],
    outputs: [zeros],
    attributes: {},
  });
}

it.each(['class_labels', 'conditions'])(
  'requireFusedParity refuses a graph that does not hear of %s',
  async (input) => {
    const folder = join(await temporaryFolder(), 'model');
    await exportWave(folder, TOLD, { prediction_type: 'v_prediction' });
    const unet = await readModelFolder(folder);
    const onnx = await readFile(unet.onnx);
    const table = fusedTable(unet, { steps: 3 });
    const check = (graph: FileGraph) =>
      requireFusedParity('fuse it', { network: onnx, graph: encodeModel(graph), unet, table });
    const graph = loopGraph(decodeModel(onnx), unet);
    expect((await check(graph)).difference).toBeLessThan(1e-5);
    deaf(graph, input);
    await expect(check(graph)).rejects.toThrow('Cannot fuse it: the pictures of the fused graph must be within');
  },
);
