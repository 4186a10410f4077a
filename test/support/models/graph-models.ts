/** Graph models in the form that TensorFlow's converter writes: nodes with attributes, numbers as text, text in base64. */
import type { GraphParts } from './saved-models.ts';
import { randomData, uniforms } from './traced.ts';

const text = (value: string) => Buffer.from(value).toString('base64');
const float = { type: 'DT_FLOAT' };
const whole = { type: 'DT_INT32' };
const dims = (sizes: readonly number[]) => ({ dim: sizes.map((size) => ({ size: String(size) })) });

const constant = (name: string, dtype: object, shape: readonly number[]) => ({
  name,
  op: 'Const',
  attr: { dtype, value: { tensor: { dtype: (dtype as typeof float).type, tensorShape: dims(shape) } } },
});

const fused = (ops: readonly string[]) => ({
  T: float,
  num_args: { i: '1' },
  epsilon: { f: 0 },
  fused_ops: { list: { s: ops.map(text) } },
});

const strided = {
  T: whole,
  Index: whole,
  begin_mask: { i: '0' },
  end_mask: { i: '0' },
  ellipsis_mask: { i: '0' },
  new_axis_mask: { i: '0' },
  shrink_axis_mask: { i: '1' },
};

/**
 * A classifier of pictures [batch, 6, 6, 2]: convolution, flattened by a shape that is computed from the batch, dense layer.
 * Its signature names the input `pictures` and the output `classes`.
 */
export function graphOfPictures(extra: readonly object[] = []): GraphParts {
  const next = uniforms(3);
  const weight = (shape: number[]) => ({
    shape,
    data: randomData(next, shape, 'float32', [-0.5, 0.5]) as Float32Array,
  });
  const numbers = (...values: number[]) => ({ shape: [values.length], data: Int32Array.from(values) });
  const weights = {
    'model/conv/kernel': weight([3, 3, 2, 4]),
    'model/conv/bias': weight([4]),
    'model/flat/zero': numbers(0),
    'model/flat/one': numbers(1),
    'model/flat/size': { shape: [], data: Int32Array.of(144) },
    'model/dense/kernel': weight([144, 3]),
    'model/dense/bias': weight([3]),
  };
  const constants = Object.entries(weights).map(([name, { shape, data }]) =>
    constant(name, data instanceof Int32Array ? whole : float, shape),
  );
  const node = [
    {
      name: 'serving_default_pictures',
      op: 'Placeholder',
      attr: { dtype: float, shape: { shape: dims([-1, 6, 6, 2]) } },
    },
    ...constants,
    {
      name: 'model/conv/Relu6',
      op: '_FusedConv2D',
      input: ['serving_default_pictures', 'model/conv/kernel', 'model/conv/bias'],
      attr: {
        ...fused(['BiasAdd', 'Relu6']),
        strides: { list: { i: ['1', '1', '1', '1'] } },
        dilations: { list: { i: ['1', '1', '1', '1'] } },
        padding: { s: text('SAME') },
        data_format: { s: text('NHWC') },
        explicit_paddings: { list: {} },
        use_cudnn_on_gpu: { b: true },
      },
    },
    { name: 'model/flat/Shape', op: 'Shape', input: ['model/conv/Relu6'], attr: { T: float, out_type: whole } },
    {
      name: 'model/flat/batch',
      op: 'StridedSlice',
      input: ['model/flat/Shape', 'model/flat/zero', 'model/flat/one', 'model/flat/one'],
      attr: strided,
    },
    {
      name: 'model/flat/shape',
      op: 'Pack',
      input: ['model/flat/batch', 'model/flat/size'],
      attr: { T: whole, N: { i: '2' }, axis: { i: '0' } },
    },
    {
      name: 'model/flat/Reshape',
      op: 'Reshape',
      input: ['model/conv/Relu6', 'model/flat/shape'],
      attr: { T: float, Tshape: whole },
    },
    {
      name: 'model/dense/BiasAdd',
      op: '_FusedMatMul',
      input: ['model/flat/Reshape', 'model/dense/kernel', 'model/dense/bias'],
      attr: { ...fused(['BiasAdd']), transpose_a: { b: false }, transpose_b: { b: false } },
    },
    { name: 'model/Softmax', op: 'Softmax', input: ['model/dense/BiasAdd'], attr: { T: float } },
    { name: 'Identity', op: 'Identity', input: ['model/Softmax'], attr: { T: float } },
    ...extra,
  ];
  const port = (name: string, sizes: readonly number[]) => ({ name, dtype: 'DT_FLOAT', tensorShape: dims(sizes) });
  const outputs = { classes: port('Identity:0', [-1, 3]) };
  return {
    topology: { node, library: {}, versions: { producer: 1645 } },
    signature: { inputs: { pictures: port('serving_default_pictures:0', [-1, 6, 6, 2]) }, outputs },
    weights,
  };
}
