/** Feature networks against PyTorch. Made by scripts/golden/measures/features.py. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { encodeModel, trace } from '@onnoise/tracer';
import type * as tf from '@tensorflow/tfjs';
import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { extractFeatures } from '#evaluation/features/extract.ts';
import { openFeatureFile } from '#evaluation/features/file.ts';
import { createAutoencoder, createClassifier } from '#evaluation/features/network.ts';
import { autoencoderGraph, classifierGraph } from '#evaluation/features/onnx.ts';
import { createResizer } from '#evaluation/features/resize.ts';
import type { ImageShape } from '#scheduler/model/index.ts';
import { expectClose } from '#test/compare.ts';
import { unpack, wave, waveParameters } from '#test/models/model.ts';

interface NetworkCase {
  shape: ImageShape;
  features: string;
  logits: string;
  codes: string;
  made: string;
  level: string;
}

const folder = new URL('../data/features/', import.meta.url);
const read = (name: string) => JSON.parse(readFileSync(new URL(name, folder), 'utf8'));
const networks: NetworkCase[] = read('networks.json');
const resizes: { size: [number, number, number, number]; values: string }[] = read('resize.json');
const tiny: { size: number; count: number; features: string } = read('tiny.json');

const CLASSES = 5;
const COUNT = 2;

async function run(onnx: Uint8Array, shape: ImageShape): Promise<Record<string, ort.Tensor>> {
  const session = await ort.InferenceSession.create(onnx, { logSeverityLevel: 3 });
  const dims = [COUNT, ...shape];
  return (await session.run({ images: new ort.Tensor('float32', wave(900, dims, 1), dims) })) as Record<
    string,
    ort.Tensor
  >;
}

function expectTensor(actual: ArrayLike<number>, packed: string, what: string) {
  const expected = unpack(packed);
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  expectClose(actual, expected, { absolute: 1e-5 * largest, what });
}

/** `[:, :, ::7, ::5]` */
function thinned(values: Float32Array, [, height, width]: ImageShape): Float32Array {
  return values.filter((_, i) => (Math.floor(i / width) % height) % 7 === 0 && (i % width) % 5 === 0);
}

describe('the networks of features', () => {
  for (const { shape, ...golden } of networks) {
    it(`has PyTorch's classifier for images of ${shape.join(' x ')}`, async () => {
      const weights = waveParameters(createClassifier(shape, CLASSES).parameters);
      const { features, logits } = await run(encodeModel(classifierGraph(shape, CLASSES, weights)), shape);
      expectTensor(features!.data as Float32Array, golden.features, 'features');
      expectTensor(logits!.data as Float32Array, golden.logits, 'logits');
    });

    it(`has PyTorch's autoencoder for images of ${shape.join(' x ')}`, async () => {
      const network = createAutoencoder(shape);
      const weights = waveParameters(network.parameters);
      const { features } = await run(encodeModel(autoencoderGraph(shape, weights)), shape);
      expectTensor(features!.data as Float32Array, golden.codes, 'features');

      const constants = network.parameters.map(({ name, shape: dims }) => {
        return { name, shape: dims, dtype: 'float32' as const, data: weights.get(name)! };
      });
      const whole = trace(
        (tensors) => ({ ...network.decode(tensors, network.encode(tensors, tensors.in as tf.Tensor4D, true), true) }),
        [{ name: 'in', shape: [COUNT, ...shape], dtype: 'float32' }],
        { constants },
      );
      const session = await ort.InferenceSession.create(encodeModel(whole), { logSeverityLevel: 3 });
      const dims = [COUNT, ...shape];
      const { images, level } = await session.run({ in: new ort.Tensor('float32', wave(900, dims, 1), dims) });
      expectTensor(thinned(images!.data as Float32Array, shape), golden.made, 'images');
      expectTensor(level!.data as Float32Array, golden.level, 'level');
    });
  }
});

/** `level` of the Python script. */
function level(height: number, width: number, phase: number): Uint8Array {
  return Uint8Array.from({ length: height * width }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return (x * x + 3 * x * y + 7 * y * y + 11 * phase) % 256;
  });
}

describe('createResizer', () => {
  for (const { size, values } of resizes) {
    const [height, width, tall, wide] = size;
    it(`resizes ${height} x ${width} to ${tall} x ${wide} as PyTorch does with antialias`, () => {
      const out = new Float32Array(tall * wide);
      createResizer([height, width], [tall, wide])(level(height, width, 0), out);
      expectClose(out, unpack(values), { absolute: 1e-3, what: 'pixels' });
    });
  }
});

describe('a file that torch.onnx wrote', () => {
  it("gives PyTorch's features for gray pictures of another size", async () => {
    const { size, count } = tiny;
    const shape: ImageShape = [1, size, size];
    const path = fileURLToPath(new URL('tiny.onnx', folder));
    const { extractor, width } = await openFeatureFile(path, shape, 'imagenet');
    const pixels = new Uint8Array(count * size * size);
    for (let i = 0; i < count; i++) pixels.set(level(size, size, i), i * size * size);
    const features = await extractFeatures(extractor, shape, { shape, count, pixels });
    await extractor.session.release();
    expect([width, features.width, features.count, extractor.features]).toEqual([12, 12, count, 'pool']);
    expectClose(features.values, unpack(tiny.features), { absolute: 1e-5, what: 'features' });
  });
});
