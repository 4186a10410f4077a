/** `fused/loop.onnx`: from seeds to images in one call, an ONNX Loop over a sampler's table. */
import { PACKED_COLUMNS } from '@onnoise/scheduler';
import type { NetworkShape } from '@onnoise/scheduler/model';
import type { FileGraph } from '@onnoise/tracer';
import { drawCall } from './guided.ts';
import { type Conditions, conditionInputs } from './network.ts';
import { drawNoise } from './normal.ts';
import { drawRow, splitRow } from './row.ts';
import { Sketch } from './sketch.ts';

const GUIDANCE = 'How far the conditions are followed: 1 as trained, 2 further. It counts in rows that are guided.';

export function loopGraph(network: FileGraph, unet: NetworkShape): FileGraph {
  const s = new Sketch('loop');
  const image = ['batch', ...unet.shape];
  const table = s.input(
    'table',
    'float64',
    ['rows', PACKED_COLUMNS.length],
    `A sampler's rows, one for each call of the network: the numbers ${PACKED_COLUMNS.join(', ')}.`,
  );
  const seed = s.input(
    'seed',
    'int64',
    ['batch'],
    'One for each image, 0 to 2^53 - 1: the same seed gives the same picture.',
  );
  // What the network's own file says of its inputs.
  const documents = network.inputs.flatMap(({ name, doc }) => (doc === undefined ? [] : [[name, doc] as const]));
  const conditions = conditionInputs(s, unet, Object.fromEntries(documents));
  const guidance = unet.nullCondition ? s.input('guidance', 'float64', [1], GUIDANCE) : undefined;

  const noise: Draw = (inside, draw) => drawNoise(inside, { seed, draw, shape: unet.shape });
  const first = splitRow(s, s.op('Slice', [table, s.whole([0]), s.whole([1]), s.whole([0])]));
  const unit = noise(s, s.whole([0], []));
  const x = s.cast(s.op('Mul', [s.cast(unit, 'float64'), first.start]), 'float32');
  const zeros = s.op('Mul', [unit, s.floats([0], [], 'float32')], {}, 'zeros');
  const count = s.op('Shape', [table], { start: { int: 0 }, end: { int: 1 } });
  const rows = s.op('Reshape', [count, s.whole([], [0])], {}, 'rows');
  const body = bodyGraph({ network, unet, table, conditions, guidance, noise });
  const inputs = [rows, s.flags([true], []), x, zeros, zeros];
  const [images] = s.many('Loop', inputs, 3, { body: { graph: body } });
  s.output('images', images!, 'float32', image, 'The images, mostly within [-1, 1].');
  s.graph.doc =
    'All of sampling in one call. Draws of a seed are Philox 4x32-10 and Box-Muller, the bits of the onnoise packages.';
  return s.graph;
}

/** Draws unit noise [N, C, H, W] in a graph, at the draw of an int64 scalar. */
type Draw = (s: Sketch, draw: string) => string;

interface BodyOptions {
  network: FileGraph;
  unet: NetworkShape;
  table: string;
  conditions: Conditions;
  guidance: string | undefined;
  noise: Draw;
}

/** (row's number, condition, x, x0, y) -> (condition, x, x0, y); the rest it reads from around it. */
function bodyGraph({ network, unet, table, conditions, guidance, noise }: BodyOptions): FileGraph {
  const s = new Sketch('row');
  const image = ['batch', ...unet.shape];
  const number = s.input('row/number', 'int64', []);
  const again = s.input('row/again', 'bool', []);
  const [x, x0, y] = ['x', 'x0_prev', 'y'].map((name) => s.input(`row/${name}`, 'float32', image));
  const rank1 = s.op('Reshape', [number, s.whole([1])]);
  const columns = splitRow(s, s.op('Gather', [table, rank1], { axis: { int: 0 } }));
  const { timestep, guided } = columns;
  const output = drawCall(s, { network, unet, sample: x!, timestep, guided, conditions, guidance });
  const draw = s.op('Reshape', [s.cast(columns.draw, 'int64'), s.whole([], [0])], {}, 'draw');
  const z = drawIfNeeded(s, draw, noise);
  const next = drawRow(s, columns, { x: x!, output, x0: x0!, y: y!, z });
  s.output('row/go_on', again, 'bool', []);
  for (const name of ['x', 'x0', 'y'] as const) s.output(`row/next_${name}`, next[name], 'float32', image);
  return s.graph;
}

/** Noise where the row has a draw of its own, else zero: drawing takes some time. */
function drawIfNeeded(s: Sketch, draw: string, noise: Draw): string {
  const drawing = new Sketch('draw');
  const dims = ['batch', 'channels', 'height', 'width'];
  drawing.output('draw/z', noise(drawing, draw), 'float32', dims);
  const none = new Sketch('none');
  none.output('none/z', none.floats([0], [1, 1, 1, 1], 'float32'), 'float32', [1, 1, 1, 1]);
  const needed = s.op('Greater', [draw, s.whole([0], [])]);
  return s.op('If', [needed], { then_branch: { graph: drawing.graph }, else_branch: { graph: none.graph } }, 'z');
}
