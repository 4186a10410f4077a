/** `pipeline trace`: what it writes of saved models, beside tfjs on the same files. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { seedWeights } from '#test/architectures/build.ts';
import { graphOfPictures } from '#test/models/graph-models.ts';
import { saveGraphModel, saveLayersModel } from '#test/models/saved-models.ts';
import { temporaryFolder } from '#test/models/tiny-onnx.ts';
import { done, refuses, runCli } from '#test/run-cli.ts';

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

describe('pipeline trace', () => {
  it.each([undefined, 'uint8', 'uint16', 'float16'] as const)(
    'makes an ONNX file of layers, quantized: %s',
    async (quantization) => {
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
    },
  );

  it.each([undefined, 'uint8'] as const)(
    'makes one of a graph with the names of its signature, quantized: %s',
    async (quantization) => {
      const folder = await temporaryFolder();
      await saveGraphModel(join(folder, 'saved'), graphOfPictures(), {
        shard: 100,
        ...(quantization && { quantization }),
      });
      const out = join(folder, 'graph.onnx');
      const { code, stdout } = await runCli('trace', join(folder, 'saved'), '--out', out);
      expect(code).toBe(0);
      expect(stdout).toContain('Inputs: pictures float32[batch, 6, 6, 2]\nOutputs: classes float32[batch, 3]\n');
    },
  );

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
    expect(told.bytes).toBe((await readFile(out)).length);
    expect(told.parity.difference).toBeLessThan(1e-5);
  });

  it('fixes a batch, and sizes that the model leaves open', async () => {
    const folder = await temporaryFolder();
    const model = tf.sequential();
    model.add(tf.layers.conv2d({ filters: 2, kernelSize: 3, inputShape: [null, null, 1] as never, name: 'open' }));
    const saved = await saveLayersModel(join(folder, 'saved'), model);
    const trace = (...args: string[]) => runCli('trace', saved, '--out', join(folder, 'open.onnx'), ...args);
    await refuses(
      trace(),
      'the shape of open_input must be given after the batch, as the model leaves it open ([any,any,any',
    );
    const { stdout } = await done(trace('--shape', 'open_input=5,4,1', '--batch', '2'));
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
  });
});
