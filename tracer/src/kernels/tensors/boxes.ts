/**
 * Selection of boxes that overlap little. Only padded to a fixed number: how many there are depends on values.
 */
import type { GraphBuilder } from '../../graph/graph.ts';
import { logical, plain, type Value } from '../../graph/layout.ts';
import { TraceError } from '../../graph/trace-error.ts';
import { cast } from './operators.ts';
import type { KernelTable } from './row.ts';

/** The float32 before a positive one. */
function before(value: number): number {
  const float = Float32Array.of(value);
  new Int32Array(float.buffer)[0]! -= 1;
  return float[0]!;
}

function reshaped(b: GraphBuilder, x: Value, dims: readonly number[]): string {
  const source = logical(b, cast(b, x, 'float32'));
  return b.emit('Reshape', [source.name, b.shape(dims)], { dtype: 'float32', dims });
}

export const boxes: KernelTable = {
  NonMaxSuppressionV4: (b, { boxes: corners, scores }, attrs) => {
    const { maxOutputSize: most, iouThreshold, scoreThreshold, padToMaxOutputSize } = attrs;
    const op = 'nonMaxSuppressionPadded';
    if (!padToMaxOutputSize) {
      throw new TraceError(
        `Cannot trace ${op}: how many boxes it selects depends on values; set padToMaxOutputSize to true.`,
      );
    }
    if (iouThreshold <= 0) {
      throw new TraceError(`Cannot trace ${op}: its iouThreshold must be greater than 0, received ${iouThreshold}.`);
    }
    const count = scores!.shape[0]!;
    const inputs = [
      reshaped(b, corners!, [1, count, 4]),
      reshaped(b, scores!, [1, 1, count]),
      b.shape([most]),
      // tfjs drops a box at the threshold, ONNX one above it.
      b.scalar(before(iouThreshold)),
      b.scalar(scoreThreshold),
    ];
    // At most as many rows, of batch, class and box.
    const found = b.emit('NonMaxSuppression', inputs, { dtype: 'int64', dims: [most, 3] });
    const axis = (at: number) => ({ attributes: { axis: { int: at } } });
    const whole = (value: number) => b.constant(BigInt64Array.of(BigInt(value)), [], 'int64');
    const picked = b.emit('Gather', [found, whole(2)], { dtype: 'int64', dims: [most] }, axis(1));
    const zeros = b.constant(new BigInt64Array(most), [most], 'int64');
    const padded = b.emit('Concat', [picked, zeros], { dtype: 'int64', dims: [2 * most] }, axis(0));
    const cut = [padded, b.shape([0]), b.shape([most]), b.shape([0])];
    const indices = plain(b.emit('Slice', cut, { dtype: 'int64', dims: [most] }), 'int64', [most]);
    const shape = b.emit('Shape', [found], { dtype: 'int64', dims: [2] });
    const valid = plain(b.emit('Gather', [shape, whole(0)], { dtype: 'int64', dims: [] }, axis(0)), 'int64', []);
    return [cast(b, indices, 'int32'), cast(b, valid, 'int32')];
  },
};
