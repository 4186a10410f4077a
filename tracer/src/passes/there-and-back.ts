/**
 * A filter that is stored with its inputs innermost, [O, kH, kW, C], is brought into ONNX's order [O, C, kH, kW] by one
 * Transpose and, where blocks are made of it, back by another. Both go.
 */
import { op, value } from '../rewrite/pattern.ts';
import type { Match, RewriteRule } from '../rewrite/rule.ts';

const [x, shape] = [value('x'), value('shape')];
const there = op('Transpose', x);
const flat = op('Reshape', there, shape);
const back = op('Transpose', flat);

const permOf = ({ node }: Match, transpose: typeof there): string =>
  String((node(transpose).attributes.perm as { ints: readonly number[] }).ints);

export const thereAndBackRule: RewriteRule = {
  name: 'drop a transpose of a filter there and back',
  pattern: back,
  keepsInner: true,
  condition(match) {
    if (permOf(match, there) !== '0,3,1,2') return { part: there, reason: `it moves axes [${permOf(match, there)}]` };
    const [outputs, inputs] = match.dims(there);
    const [first, second, ...taps] = match.dims(flat);
    if (first !== outputs || second !== inputs || taps.length !== 1) {
      return { part: flat, reason: `it makes [${match.dims(flat)}] of [${match.dims(there)}]` };
    }
    return permOf(match, back) === '0,2,1'
      ? undefined
      : { part: back, reason: `it moves axes [${permOf(match, back)}], not [0, 2, 1]` };
  },
  rewrite: ({ root, value, dims }, insert) => [
    { ...root, op: 'Reshape', inputs: [value(x), insert.vector(dims(back))], attributes: {} },
  ],
};
