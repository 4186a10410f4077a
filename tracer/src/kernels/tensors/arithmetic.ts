/** Elementwise kernels that ONNX has no operator for, written with those that it has. */

import { type GraphBuilder, sizeOf } from '../../graph/graph.ts';
import { full, logical, plain, storedAxis, type Value } from '../../graph/layout.ts';
import { reshape } from './movement.ts';
import { apply, cast, combine, constant, countable, isNan, numeric, scalar, where } from './operators.ts';
import type { KernelTable } from './row.ts';

const less = (b: GraphBuilder, x: Value, y: Value): Value => combine(b, 'Less', [x, y], 'bool');
const isZero = (b: GraphBuilder, x: Value): Value =>
  combine(b, 'Equal', [x, scalar(b, 0, x.dtype as 'float32' | 'int32')], 'bool');
const both = (b: GraphBuilder, x: Value, y: Value): Value => combine(b, 'And', [x, y], 'bool');
const isInfinite = (b: GraphBuilder, x: Value): Value => apply(b, 'IsInf', x, {}, 'bool');

/** Is `x` below zero, or the zero that has a minus? */
function isNegative(b: GraphBuilder, x: Value): Value {
  const signed = where(b, isZero(b, x), apply(b, 'Reciprocal', x), x);
  return less(b, signed, scalar(b, 0));
}

/** The angle of (x, y): atan(y / x) in the right half plane, half a turn further in the left. */
function angle(b: GraphBuilder, y: Value, x: Value): Value {
  const infinite = both(b, isInfinite(b, y), isInfinite(b, x));
  const zero = both(b, isZero(b, y), isZero(b, x));
  const rise = where(b, infinite, apply(b, 'Sign', y), y);
  const run = where(b, infinite, apply(b, 'Sign', x), where(b, zero, scalar(b, 1), x));
  const right = apply(b, 'Atan', combine(b, 'Div', [rise, run], 'float32'));
  const half = where(b, isNegative(b, y), scalar(b, -Math.PI), scalar(b, Math.PI));
  return where(b, isNegative(b, x), combine(b, 'Add', [right, half], 'float32'), right);
}

/** Running product along a stored axis, in log2(size) steps that each reach twice as far. */
function runningProduct(b: GraphBuilder, x: Value, axis: number, reverse: boolean, exclusive: boolean): Value {
  let product = exclusive ? shifted(b, x, axis, reverse ? -1 : 1) : x;
  for (let reach = 1; reach < x.dims[axis]!; reach *= 2) {
    const earlier = shifted(b, product, axis, reverse ? -reach : reach);
    product = combine(b, 'Mul', [product, earlier], x.dtype);
  }
  return product;
}

/** Moved `by` elements towards the end of a stored axis, ones coming in. */
function shifted(b: GraphBuilder, x: Value, axis: number, by: number): Value {
  const at = (side: number) => x.dims.map((_, i) => (i === axis ? side : 0));
  const one = b.scalar(1, x.dtype as 'float32' | 'int32');
  return { ...x, name: b.emit('Pad', [x.name, b.shape([...at(by), ...at(-by)]), one], x) };
}

/** A vector that onnxruntime refuses to compute where `bad` holds anywhere: int32 zeros of the shape of `bad`. */
export function refuseWhere(b: GraphBuilder, bad: Value): Value {
  const index = logical(b, where(b, bad, scalar(b, -(2 ** 31), 'int32'), scalar(b, 0, 'int32')));
  const zero = b.constant(Int32Array.of(0), [1], 'int32');
  const type = { dtype: 'int32', dims: index.shape } as const;
  return plain(b.emit('Gather', [zero, index.name], type, { attributes: { axis: { int: 0 } } }), 'int32', index.shape);
}

export const arithmetic: KernelTable = {
  Atan2: (b, { a, b: c }) => {
    const [y, x] = [a!, c!].map((value) => cast(b, numeric('Atan2', value), 'float32')) as [Value, Value];
    return cast(b, angle(b, y, x), a!.dtype);
  },
  // The remainder has the sign of the divisor, as in tfjs, where ONNX gives floats that of the dividend. A division of
  // integers by zero would end the process; it gives 0 in tfjs.
  Mod: (b, { a, b: c }) => {
    const [x, y] = [numeric('Mod', a!), numeric('Mod', c!)];
    if (x.dtype === 'int32') {
      const divisor = where(b, isZero(b, y), scalar(b, 1, 'int32'), y);
      const rest = combine(b, 'Mod', [x, divisor], 'int32');
      return where(b, isZero(b, y), scalar(b, 0, 'int32'), rest);
    }
    const remainder = (p: Value, q: Value) => combine(b, 'Mod', [p, q], 'float32', { fmod: { int: 1 } });
    const rest = remainder(x, y);
    const opposed = combine(b, 'Xor', [less(b, x, scalar(b, 0)), less(b, y, scalar(b, 0))], 'bool');
    return where(b, opposed, remainder(combine(b, 'Add', [rest, y], 'float32'), y), rest);
  },
  BitwiseAnd: (b, { a, b: c }) => combine(b, 'BitwiseAnd', [numeric('BitwiseAnd', a!), c!], 'int32'),
  IsInf: (b, { x }) => isInfinite(b, cast(b, x!, 'float32')),
  IsFinite: (b, { x }) => {
    const number = cast(b, x!, 'float32');
    return apply(b, 'Not', combine(b, 'Or', [isInfinite(b, number), isNan(b, number)], 'bool'));
  },
  Cumprod: (b, { x }, { axis, exclusive, reverse }) => {
    const source = full(b, countable(b, x!));
    const along = storedAxis(source, axis < 0 ? axis + source.shape.length : axis);
    return runningProduct(b, source, along, reverse, exclusive);
  },
  Diag: (b, { x }) => {
    const size = sizeOf(x!.shape);
    const places = Int32Array.from({ length: size }, (_, i) => i);
    const row = constant(b, places, [size], 'int32');
    const diagonal = combine(b, 'Equal', [row, reshape(b, row, [size, 1])], 'bool');
    const zero = cast(b, scalar(b, 0), x!.dtype);
    return reshape(b, where(b, diagonal, reshape(b, x!, [size]), zero), [...x!.shape, ...x!.shape]);
  },
  // What does not fit shows when the graph is run.
  BroadcastArgs: (b, { s0, s1 }) => {
    const rank = Math.max(s0!.shape[0]!, s1!.shape[0]!);
    const [p, q] = [s0!, s1!].map((sizes) => {
      const stored = logical(b, cast(b, sizes, 'int32'));
      const missing = rank - stored.shape[0]!;
      if (missing === 0) return stored;
      const pads = [stored.name, b.shape([missing, 0]), b.scalar(1, 'int32')];
      return plain(b.emit('Pad', pads, { dtype: 'int32', dims: [rank] }), 'int32', [rank]);
    }) as [Value, Value];
    const isOne = (x: Value) => combine(b, 'Equal', [x, scalar(b, 1, 'int32')], 'bool');
    const fits = [isOne(p), isOne(q), combine(b, 'Equal', [p, q], 'bool')].reduce((x, y) =>
      combine(b, 'Or', [x, y], 'bool'),
    );
    const broadcast = where(b, isOne(p), q, p);
    return combine(b, 'Add', [broadcast, refuseWhere(b, apply(b, 'Not', fits))], 'int32');
  },
};
