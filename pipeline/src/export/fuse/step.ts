/** `step.onnx`: the network and one row of a sampler in one call. */
import { PACKED_COLUMNS } from '@onnoise/scheduler';
import type { NetworkShape } from '@onnoise/scheduler/model';
import type { FileGraph } from '@onnoise/tracer';
import { conditionDocuments, GUIDANCE, ROW } from './documents.ts';
import { drawCall } from './guided.ts';
import { conditionInputs } from './network.ts';
import { drawRow, splitRow } from './row.ts';
import { Sketch } from './sketch.ts';

export function stepGraph(network: FileGraph, unet: NetworkShape): FileGraph {
  const s = new Sketch('step');
  const image = ['batch', ...unet.shape];
  const sample = s.input('sample', 'float32', image, 'Noisy images, [N, C, H, W].');
  const row = s.input(
    'row',
    'float64',
    ['rows', PACKED_COLUMNS.length],
    `One row for all images, or one for each: ${ROW}`,
  );
  const before = s.input('x0_prev', 'float32', image, 'x0 of the row before; zeros in the first row.');
  const y = s.input('y', 'float32', image, 'The auxiliary picture; zeros in the first row.');
  const noise = s.input(
    'noise',
    'float32',
    image,
    'Unit normal noise, where the row has a D; anything finite elsewhere.',
  );
  const conditions = conditionInputs(s, unet, conditionDocuments(network));
  const guidance = unet.nullCondition ? s.input('guidance', 'float64', [1], GUIDANCE) : undefined;

  const columns = splitRow(s, row);
  const { timestep, guided } = columns;
  const output = drawCall(s, { network, unet, sample, timestep, guided, conditions, guidance });
  const next = drawRow(s, columns, { x: sample, output, x0: before, y, z: noise });
  s.output('next_sample', next.x, 'float32', image, 'The images after the row.');
  s.output('x0', next.x0, 'float32', image, 'The images as predicted, clipped: x0_prev of the next row.');
  s.output('next_y', next.y, 'float32', image, 'y of the next row.');
  s.graph.doc = 'One row of a sampler: a call of the denoising network, guidance included, and what is made of it.';
  return s.graph;
}
