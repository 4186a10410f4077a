import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { splitTransposed } from '#pipeline/export/formats/transposed.ts';
import { expectClose } from '#test/compare.ts';
import { wave } from '#test/models/model.ts';
import { type Attribute, encodeModel, type FileGraph } from '#tracer/index.ts';

/** x [N, 3, 4, 5] -> y, by one transposed convolution to 2 channels. */
function graph(changes: Record<string, Attribute> = {}): FileGraph {
  return {
    name: 'doubling',
    inputs: [{ name: 'x', dtype: 'float32', dims: ['N', 3, 4, 5] }],
    outputs: [{ name: 'y', dtype: 'float32', dims: ['N', 2, 'H', 'W'] }],
    nodes: [
      {
        name: 'up',
        op: 'ConvTranspose',
        domain: '',
        inputs: ['x', 'w', 'b'],
        outputs: ['y'],
        attributes: {
          kernel_shape: { ints: [4, 4] },
          strides: { ints: [2, 2] },
          dilations: { ints: [1, 1] },
          pads: { ints: [1, 1, 1, 1] },
          group: { int: 1 },
          ...changes,
        },
      },
    ],
    constants: new Map([
      ['w', { dtype: 'float32', dims: [3, 2, 4, 4], data: wave(1, [3, 2, 4, 4], 1) }],
      ['b', { dtype: 'float32', dims: [2], data: Float32Array.of(0.5, -1) }],
    ]),
  };
}

async function run(graph: FileGraph): Promise<Float32Array> {
  const session = await InferenceSession.create(encodeModel(graph));
  const { y } = await session.run({ x: new Tensor('float32', wave(2, [2, 3, 4, 5], 1), [2, 3, 4, 5]) });
  return y!.data as Float32Array;
}

describe('splitTransposed', () => {
  it('makes four convolutions that give the same', async () => {
    const split = graph();
    splitTransposed(split);
    expect(split.nodes.map(({ op }) => op)).toEqual(['Conv', 'Conv', 'Conv', 'Conv', 'Concat', 'DepthToSpace']);
    expectClose(await run(split), await run(graph()), { absolute: 1e-5, relative: 1e-5, what: 'y' });
  });

  it('leaves others as they are', () => {
    for (const changes of [{ strides: { ints: [1, 1] } }, { output_padding: { ints: [1, 1] } }]) {
      const other = graph(changes);
      splitTransposed(other);
      expect(other).toEqual(graph(changes));
    }
  });
});
