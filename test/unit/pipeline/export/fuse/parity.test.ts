import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readModelFolder } from '@onnoise/runtime-node';
import { decodeModel, encodeModel, type FileGraph } from '@onnoise/tracer';
import { expect, it } from 'vitest';
import { requireFusedParity } from '#pipeline/export/fuse/parity.ts';
import { stepGraph } from '#pipeline/export/fuse/step.ts';
import { fusedTable } from '#pipeline/export/fuse/table-file.ts';
import { exportWave } from '#test/diffusers/export.ts';
import { TOLD } from '#test/models/fused.ts';
import { temporaryFolder } from '#test/models/tiny-onnx.ts';

/** Has nodes read zeros where they read the input. */
function deaf(graph: FileGraph, input: string): void {
  const zeros = `${input}.zeros`;
  for (const node of graph.nodes) node.inputs = node.inputs.map((name) => (name === input ? zeros : name));
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
      requireFusedParity('fuse it', onnx, new Map([['step', encodeModel(graph)]]), { unet, table });
    const graph = stepGraph(decodeModel(onnx), unet);
    expect((await check(graph)).difference).toBeLessThan(1e-5);
    deaf(graph, input);
    await expect(check(graph)).rejects.toThrow('Cannot fuse it: the pictures of the fused graph step must be within');
  },
);
