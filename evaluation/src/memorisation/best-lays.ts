/**
 * Where and in which orientation each of a few images lies nearest to a picture: one matrix product, by onnxruntime. An
 * image also counts as its negative. Float32 chooses; callers measure what it chose.
 */
import { createSession, Tensor } from '@onnoise/runtime-node/onnxruntime';
import { encodeModel, GraphBuilder } from '@onnoise/tracer';
import { halfSquares } from './nearest.ts';

export interface BestLays {
  /**
   * @param parts of the picture, [places, width]
   * @param images each in all orientations, [orientations, images, width]
   * @returns of each image the place times the number of orientations, plus the orientation; the first of equals
   */
  find(parts: Float32Array, images: Float32Array): Promise<Int32Array>;
  release(): Promise<void>;
}

export async function openBestLays(width: number, orientations: number): Promise<BestLays> {
  const session = await createSession(encodeModel(bestLayGraph(orientations)), {
    logSeverityLevel: 3,
    intraOpNumThreads: 1, // a call is short: waking others costs more
  });
  return {
    async find(parts, images) {
      const places = parts.length / width;
      const { best } = await session.run({
        parts: new Tensor('float32', parts, [places, width]),
        partSquares: new Tensor('float32', halfSquares(parts, width), [places, 1]),
        images: new Tensor('float32', images, [images.length / width, width]),
      });
      return Int32Array.from(best!.data as BigInt64Array, Number);
    },
    release: () => session.release(),
  };
}

/** |a -+ b|^2 / 2 = |a|^2 / 2 + |b|^2 / 2 -+ ab, of which |b|^2 is the same wherever b lies. */
function bestLayGraph(orientations: number) {
  const b = new GraphBuilder('best-lays');
  const { graph } = b;
  const port = (name: string, dims: (string | number)[]) => graph.inputs.push({ name, dtype: 'float32', dims });
  port('parts', ['places', 'width']);
  port('partSquares', ['places', 1]);
  port('images', ['laid', 'width']);
  // Nothing reads these: all extents are dynamic.
  const unknown = { dtype: 'float32', dims: [] } as const;
  const products = b.emit('Gemm', ['parts', 'images'], unknown, {
    attributes: { transA: { int: 0 }, transB: { int: 1 } },
  });
  const near = b.emit('Sub', [b.emit('Abs', [products], unknown), 'partSquares'], unknown);
  // [places, orientations, images] to [places x orientations, images]; 0 keeps the number of places.
  const split = b.emit('Reshape', [near, b.shape([0, orientations, -1])], unknown);
  const joined = b.emit(
    'Flatten',
    [b.emit('Transpose', [split], unknown, { attributes: { perm: { ints: [2, 0, 1] } } })],
    unknown,
  );
  graph.nodes.push({
    name: 'best',
    op: 'ArgMax',
    domain: '',
    inputs: [joined],
    outputs: ['best'],
    attributes: { axis: { int: 1 }, keepdims: { int: 0 } },
  });
  graph.outputs.push({ name: 'best', dtype: 'int64', dims: ['images'] });
  return graph;
}
