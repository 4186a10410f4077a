/** `pipeline trace`: what it writes of saved models, beside tfjs on the same files. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadModel } from '#pipeline/trace/load-model.ts';
import { readSavedModel } from '#pipeline/trace/read-model.ts';
import { seedWeights } from '#test/architectures/build.ts';
import { expectClose } from '#test/compare.ts';
import { graphOfPictures } from '#test/models/graph-models.ts';
import { type Quantization, saveGraphModel, saveLayersModel } from '#test/models/saved-models.ts';
import { temporaryFolder } from '#test/models/tiny-onnx.ts';
import { randomData, uniforms } from '#test/models/traced.ts';
import { runCli } from '#test/run-cli.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

function small(): tf.LayersModel {
  const model = tf.sequential({ name: 'small' });
  model.add(tf.layers.conv2d({ filters: 4, kernelSize: 3, inputShape: [6, 6, 2], name: 'conv' }));
  model.add(tf.layers.batchNormalization({ name: 'bn' }));
  model.add(tf.layers.reLU({ name: 'relu' }));
  model.add(tf.layers.flatten({ name: 'flat' }));
  model.add(tf.layers.dropout({ rate: 0.5, name: 'drop' }));
  model.add(tf.layers.dense({ units: 3, activation: 'softmax', name: 'classes' }));
  return seedWeights(model);
}

/** A dense layer and one of a class of the user. */
function withLayer(className: string): tf.LayersModel {
  class Own extends tf.layers.Layer {
    static readonly className = className;
    override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
      return tf.tidy(() => tf.mul([inputs].flat()[0]!, 2));
    }
  }
  const model = tf.sequential({ name: 'own' });
  model.add(tf.layers.dense({ units: 3, inputShape: [4], name: 'dense' }));
  model.add(new Own({ name: 'mine' }));
  return seedWeights(model);
}

/** A module that registers such a class. */
const registering = (className: string, computed: string) => `export default (tf) => {
  class Own extends tf.layers.Layer {
    call(inputs) {
      return tf.tidy(() => {
        const [input] = [inputs].flat();
        return ${computed};
      });
    }
  }
  Own.className = '${className}';
  tf.serialization.registerClass(Own);
};
`;

/** The file beside tfjs on the saved model. */
async function expectSameAsTfjs(saved: string, onnx: string, shape: readonly number[]): Promise<void> {
  const model = await loadModel(await readSavedModel(saved), saved);
  const session = await InferenceSession.create(onnx);
  await tf.setBackend('cpu');
  try {
    for (const batch of [1, 3, 7]) {
      const data = randomData(uniforms(batch), [batch, ...shape], 'float32') as Float32Array;
      const expected = model.predict(tf.tensor(data, [batch, ...shape])) as tf.Tensor;
      const outputs = await session.run({ [session.inputNames[0]!]: new Tensor('float32', data, [batch, ...shape]) });
      const actual = outputs[session.outputNames[0]!]!;
      expect(actual.dims).toEqual(expected.shape);
      expectClose(actual.data as Float32Array, expected.dataSync(), { absolute: 1e-5, relative: 1e-5, what: 'output' });
    }
  } finally {
    await session.release();
    model.dispose();
  }
}

describe('pipeline trace', () => {
  it.each<[string, Quantization | undefined]>([
    ['as they are', undefined],
    ['in uint8', 'uint8'],
    ['in uint16', 'uint16'],
    ['in float16', 'float16'],
  ])('makes an ONNX file of a model of layers with weights in shards, %s', async (_, quantization) => {
    const folder = await temporaryFolder();
    const saved = await saveLayersModel(join(folder, 'saved'), small(), {
      shard: 100,
      ...(quantization && { quantization }),
    });
    expect((await readdir(join(folder, 'saved'))).length).toBeGreaterThan(3);
    const out = join(folder, 'new', 'small.onnx');
    const { code, stdout, stderr } = await runCli('trace', saved, '--out', out);
    expect([code, stderr.includes('Hi, looks like')]).toEqual([0, false]);
    expect(stdout).toMatch(
      /^Weights: 287\nInputs: conv_input float32\[batch, 6, 6, 2\]\nOutputs: classes float32\[batch, 3\]\n/,
    );
    expect(stdout).toContain('Largest difference between tfjs and ONNX: ');
    expect(await readdir(join(folder, 'new'))).toEqual(['small.onnx']);
    await expectSameAsTfjs(saved, out, [6, 6, 2]);
  });

  it.each<[string, Quantization | undefined]>([
    ['as they are', undefined],
    ['in uint8', 'uint8'],
  ])('makes one of a graph model with the names of its signature, weights %s', async (_, quantization) => {
    const folder = await temporaryFolder();
    const saved = await saveGraphModel(join(folder, 'saved'), graphOfPictures(), {
      shard: 100,
      ...(quantization && { quantization }),
    });
    const out = join(folder, 'graph.onnx');
    const { code, stdout } = await runCli('trace', join(folder, 'saved'), '--out', out);
    expect(code).toBe(0);
    expect(stdout).toContain('Inputs: pictures float32[batch, 6, 6, 2]\nOutputs: classes float32[batch, 3]\n');
    await expectSameAsTfjs(saved, out, [6, 6, 2]);
  });

  it('reports what is in the graph, in words and as JSON', async () => {
    const folder = await temporaryFolder();
    const saved = await saveLayersModel(join(folder, 'saved'), small());
    const out = join(folder, 'small.onnx');
    const { stdout } = await runCli('trace', saved, '--out', out, '--report');
    expect(stdout).toContain('Opset: 18\n');
    expect(stdout).toMatch(/Nodes: \d+\n(?: {2}\w+: \d+\n)* {2}Conv: 1\n/);
    expect(stdout).toContain('  fold a scale into its convolution: 1\n');
    const { stdout: json } = await runCli('trace', saved, '--out', out, '--json');
    const told = JSON.parse(json);
    expect(told).toMatchObject({ model: saved, file: out, format: 'layers-model', parameters: 287 });
    expect(told.report).toMatchObject({
      opset: 18,
      operators: { Conv: 1 },
      inputs: [{ name: 'conv_input', dims: ['batch', 6, 6, 2] }],
    });
    expect(told.bytes).toBe((await readFile(out)).length);
    expect(told.parity.difference).toBeLessThan(1e-5);
  });

  it('fixes a batch, and sizes that the model leaves open', async () => {
    const folder = await temporaryFolder();
    const model = tf.sequential();
    model.add(tf.layers.conv2d({ filters: 2, kernelSize: 3, inputShape: [null, null, 1] as never, name: 'open' }));
    const saved = await saveLayersModel(join(folder, 'saved'), model);
    const out = join(folder, 'open.onnx');
    const missing = await runCli('trace', saved, '--out', out);
    expect([missing.code, missing.stdout]).toEqual([2, '']);
    expect(missing.stderr).toContain(
      'Cannot trace the model: the shape of open_input must be given after the batch, as the model leaves it open ([any,any,any',
    );
    const { code, stdout } = await runCli('trace', saved, '--out', out, '--shape', 'open_input=5,4,1', '--batch', '2');
    expect(code).toBe(0);
    expect(stdout).toContain('Inputs: open_input float32[2, 5, 4, 1]\nOutputs: open float32[2, 3, 2, 2]\n');
  });

  it('takes layers of the user, which a module registers', async () => {
    const folder = await temporaryFolder();
    const saved = await saveLayersModel(join(folder, 'saved'), withLayer('OwnDouble'));
    const own = join(folder, 'layers.mjs');
    await writeFile(own, registering('OwnDouble', 'tf.mul(input, 2)'));
    const out = join(folder, 'own.onnx');
    const { code, stderr } = await runCli('trace', saved, '--out', out, '--register', own);
    expect([code, stderr.includes('Cannot')]).toEqual([0, false]);
    await expectSameAsTfjs(saved, out, [4]);
  });
});
