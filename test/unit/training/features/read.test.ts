import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import type { ImageShape } from '#scheduler/model/index.ts';
import { expectClose } from '#test/compare.ts';
import { type CnnOptions, cnnBytes, convRelu, floats, longs, twoStages } from '#test/models/cnn-onnx.ts';
import { useCpu, wave } from '#test/models/model.ts';
import { type FeatureRange, featuresOf, fitFeatures, readFeatureFile } from '#training/features/index.ts';

useCpu();

const GRAY: ImageShape = [1, 8, 12];

async function fitted(bytes: Uint8Array, shape = GRAY, range?: FeatureRange) {
  return fitFeatures(await readFeatureFile('seen.onnx', bytes), shape, range);
}

/** What is said about a file. */
const complaint = (bytes: Uint8Array, shape = GRAY, range?: FeatureRange) =>
  fitted(bytes, shape, range).then(
    () => 'it was read',
    (error: Error) => error.message.replace('Cannot read the feature network: seen.onnx must ', ''),
  );

const images = (shape: ImageShape) => tf.tensor4d(wave(3, [2, ...shape], 0.9), [2, ...shape]);

describe('the layers of a network', () => {
  it('are the last map of each size, and of its end what they need is left out', async () => {
    const { network, layers } = await fitted(twoStages());
    expect(layers).toEqual([
      { name: 'first', shape: [4, 8, 12] },
      { name: 'second', shape: [6, 4, 6] },
    ]);
    expect(network.nodes.map(({ op }) => op)).toEqual(['Conv', 'Relu', 'Conv', 'Relu']);
    expect([...network.constants.keys()]).toEqual(['first.weight', 'second.weight']);
  });

  it('are those behind residuals, before pools and at outputs, five at most, without maps of a pixel', async () => {
    const stages = Array.from({ length: 7 }, (_, i) =>
      convRelu(i === 0 ? 'x' : `pooled${i - 1}`, `map${i}`, [i === 0 ? 1 : 2, 2]),
    );
    const nodes = stages.flatMap((stage, i) => [
      ...stage.nodes,
      { op: 'Add', inputs: [`map${i}`, `map${i}.conv`], output: `sum${i}` },
      {
        op: 'MaxPool',
        inputs: [`sum${i}`],
        output: `pooled${i}`,
        attributes: { kernel_shape: { ints: [2, 2] }, strides: { ints: [2, 2] } },
      },
    ]);
    const constants = Object.assign({}, ...stages.map((stage) => stage.constants));
    const whole = await fitted(cnnBytes({ nodes, constants }), [1, 128, 128]);
    expect(whole.layers.map(({ name, shape }) => [name, shape[1]])).toEqual([
      ['sum0', 128],
      ['sum1', 64],
      ['sum2', 32],
      ['sum3', 16],
      ['sum4', 8],
    ]);
    const few = { nodes: nodes.slice(0, 8), constants };
    expect((await fitted(cnnBytes(few), [1, 4, 4])).layers.map(({ name }) => name)).toEqual(['sum0', 'sum1']);
  });
});

describe('images', () => {
  it('that are gray are repeated where a network wants colour, with the levels of each channel', async () => {
    const bytes = twoStages(3);
    const [gray, colour] = [images(GRAY), images([3, 8, 12])];
    const thrice = tf.concat([gray, gray, gray], 1) as tf.Tensor4D;
    const of = async (x: tf.Tensor4D, range?: FeatureRange) => {
      const [, ...shape] = x.shape;
      return featuresOf((await fitted(bytes, shape as ImageShape, range)).network, x)[0]!.dataSync();
    };
    expectClose(await of(gray), await of(thrice), { absolute: 0 });
    const mean = tf.tensor([0.485, 0.456, 0.406], [1, 3, 1, 1]);
    const deviation = tf.tensor([0.229, 0.224, 0.225], [1, 3, 1, 1]);
    const scaled = tf.div(tf.sub(tf.mul(tf.add(colour, 1), 0.5), mean), deviation) as tf.Tensor4D;
    expectClose(await of(colour, 'imagenet'), await of(scaled), { absolute: 1e-4 });
  });

  it('go to a network whose channels come last', async () => {
    const turn = (from: string, output: string, ...perm: number[]) => ({
      op: 'Transpose',
      inputs: [from],
      output,
      attributes: { perm: { ints: perm } },
    });
    const stage = convRelu('turned', 'map', [3, 4]);
    const nodes = [turn('x', 'turned', 0, 3, 1, 2), ...stage.nodes, turn('map', 'last', 0, 2, 3, 1)];
    const last = await fitted(cnnBytes({ dims: ['N', 'H', 'W', 3], nodes, constants: stage.constants }));
    expect(last.layers).toEqual([{ name: 'map', shape: [4, 8, 12] }]);
    const usual = convRelu('x', 'map', [3, 4]);
    const first = await fitted(cnnBytes({ dims: ['N', 3, 'H', 'W'], ...usual }));
    const [a, b] = [last, first].map(({ network }) => featuresOf(network, images(GRAY))[0]!.dataSync());
    expectClose(a!, b!, { absolute: 1e-6 });
  });

  it('may be more than the file was written for', async () => {
    const stage = convRelu('x', 'map', [1, 4]);
    const nodes = [
      { op: 'Reshape', inputs: ['x', 'sides'], output: 'again' },
      ...convRelu('again', 'map', [1, 4]).nodes,
    ];
    const constants = { ...stage.constants, sides: longs(1, 1, 8, 12) };
    const { network } = await fitted(cnnBytes({ dims: [1, 1, 8, 12], nodes, constants }));
    expect(featuresOf(network, images(GRAY))[0]!.shape).toEqual([2, 4, 8, 12]);
  });
});

describe('a file is refused', () => {
  const one = convRelu('x', 'map', [1, 4]);
  const before = (op: string): CnnOptions => ({
    ...one,
    nodes: [{ op, inputs: ['x'], output: 'early' }, ...convRelu('early', 'map', [1, 4]).nodes],
  });
  const bad = floats([4, 1, 3, 3]);
  (bad.data as Float32Array)[5] = Number.NaN;
  const whole = twoStages();

  it.each<[string, Uint8Array, string, ImageShape?, FeatureRange?]>([
    ['that is no ONNX', new TextEncoder().encode('{"a": 1}'), 'be an ONNX file, received'],
    ['that is empty', new Uint8Array(0), 'be an ONNX file, received'],
    ['that was cut', whole.subarray(0, whole.length - 40), 'be an ONNX file, received the first'],
    [
      'with an unknown operator before its layers',
      cnnBytes(before('Sin')),
      'be of operators that are known, received the operator Sin.',
    ],
    [
      'without convolutions',
      cnnBytes({ nodes: [{ op: 'Relu', inputs: ['x'], output: 'y' }] }),
      'have convolutions, received a network without any.',
    ],
    [
      'with NaN',
      cnnBytes({ ...one, constants: { 'map.weight': bad } }),
      'have finite weights, received NaN in map.weight.',
    ],
    [
      'of other channels',
      twoStages(5),
      'take images as float32 [N, C, H, W] or [N, H, W, C] of 1 or 3 channels, received float32 [N, 5, H, W].',
    ],
    ['of gray for colour', whole, 'take images of 3 channels, received a network for 1.', [3, 8, 8]],
    [
      'of another size',
      twoStages(1, { dims: ['N', 1, 16, 'W'] }),
      'take images of 8 x 12 pixels, received a network for 16 x ?.',
    ],
    [
      'of bytes',
      twoStages(1, { dtype: 'uint8' }),
      'take images as float32 [N, C, H, W] or [N, H, W, C], received uint8 [N, 1, H, W].',
    ],
    [
      'of vectors',
      cnnBytes({ ...one, dims: ['N', 8] }),
      'take images as float32 [N, C, H, W] or [N, H, W, C], received float32 [N, 8].',
    ],
    [
      'whose images are too small',
      cnnBytes({ ...one, nodes: [{ ...one.nodes[0]!, attributes: {} }] }),
      'be of operators that are known, received Conv of windows of 3 x 3 on 2 x 2 pixels.',
      [1, 2, 2],
    ],
    [
      'whose maps are a pixel',
      cnnBytes(one),
      'have maps of more than a pixel behind its convolutions, received none.',
      [1, 1, 1],
    ],
    [
      'that says another range',
      twoStages(1, { metadata: { image_range: '0,1' } }),
      'Cannot read the feature network: --feature-range must be 0,1, as seen.onnx itself says, received imagenet.',
      GRAY,
      'imagenet',
    ],
    [
      'that says no range that there is',
      twoStages(1, { metadata: { image_range: '0,7' } }),
      'Cannot read the feature network: image_range of seen.onnx must be one of',
    ],
  ])('%s', async (_, bytes, message, shape, range) => {
    expect(await complaint(bytes, shape, range)).toContain(message);
  });
});
