/**
 * The network's call within a row, guided where the row says so: see `guidedDenoiser`. Where it is guided the network gets
 * all images twice, the second time without their conditions; elsewhere once. So a row that is not guided costs no more.
 */
import { extraInputs, type NetworkShape } from '@onnoise/scheduler/model';
import type { FileGraph } from '@onnoise/tracer';
import { type Conditions, drawNetwork } from './network.ts';
import type { Sketch } from './sketch.ts';

export interface CallOptions {
  network: FileGraph;
  unet: NetworkShape;
  /** float32 [N, C, H, W] */
  sample: string;
  /** float64 [R, 1, 1, 1], R being 1 or N */
  timestep: string;
  /** float64 [R, 1, 1, 1], 0 or 1 */
  guided: string;
  conditions: Conditions;
  /** float64 [1]; needed for networks with a null condition */
  guidance?: string | undefined;
}

/** @returns the network's output, float64 [N, C, H, W], rounded to float32 */
export function drawCall(s: Sketch, options: CallOptions): string {
  const { network, unet, sample, guidance } = options;
  const count = s.op('Shape', [sample], { start: { int: 0 }, end: { int: 1 } }, 'count'); // [1]: N
  const flat = s.op('Reshape', [s.cast(options.timestep, 'float32'), s.whole([-1])]);
  const timestep = s.op('Expand', [flat, count], {}, 'timestep');
  if (guidance === undefined) {
    return s.cast(drawNetwork(s, network, { sample, timestep, ...options.conditions }), 'float64');
  }
  const any = s.op('ReduceMax', [options.guided], { keepdims: { int: 0 } });
  const copies = s.op('Add', [s.op('Reshape', [s.cast(any, 'int64'), s.whole([1])]), s.whole([1])], {}, 'copies');
  const called = s.op('Mul', [copies, count], {}, 'called');
  const repeat = (value: string, rank: number) => {
    const once = s.whole(new Array<number>(rank - 1).fill(1));
    return s.op('Tile', [value, rank === 1 ? copies : s.op('Concat', [copies, once], { axis: { int: 0 } })]);
  };
  const rows = (value: string, from: string, to: string) => s.op('Slice', [value, from, to, s.whole([0])]);
  const told = extraInputs(unet).map(({ name, type, sides, absent }) => {
    const [values, once] = compact(Array.from(absent), sides);
    const none = type === 'int64' ? s.whole(values, once) : s.floats(values, once, 'float32');
    const shape = sides.length === 0 ? count : s.op('Concat', [count, s.whole(sides)], { axis: { int: 0 } });
    const both = [options.conditions[name]!, s.op('Expand', [none, shape])];
    return [name, rows(s.op('Concat', both, { axis: { int: 0 } }), s.whole([0]), called)] as const;
  });
  const output = s.cast(
    drawNetwork(s, network, {
      sample: repeat(sample, 4),
      timestep: repeat(timestep, 1),
      ...Object.fromEntries(told),
    }),
    'float64',
  );
  const conditional = rows(output, s.whole([0]), count);
  const without = rows(output, s.op('Sub', [called, count]), called);
  // o = o_null + w (o_cond - o_null); of a row that is not guided both are the same
  const further = s.op('Mul', [guidance, s.op('Sub', [conditional, without])]);
  const guidedOutput = s.op('Add', [without, further]);
  const chosen = s.op('Where', [s.cast(options.guided, 'bool'), guidedOutput, conditional], {}, 'output');
  return s.cast(s.cast(chosen, 'float32'), 'float64'); // a runtime that steps itself holds it in float32
}

/** One value and its sides for a picture, whose values are all the same, so that the file holds no plane of zeros. */
function compact(values: number[], sides: readonly number[]): [values: number[], sides: number[]] {
  return sides.length > 1 ? [values.slice(0, 1), [1, ...sides.map(() => 1)]] : [values, [1, ...sides]];
}
