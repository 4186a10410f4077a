/** What `pipeline trace` refuses: one sentence, exit code 2, and nothing is written. */
import { mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { saveLayersModel } from '#test/models/saved-models.ts';
import { temporaryFolder } from '#test/models/tiny-onnx.ts';
import { refusal, runCli } from '#test/run-cli.ts';
import { says } from '#test/says.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

/** A dense layer on four numbers, and the layers in `more`. */
function dense(...more: tf.layers.Layer[]): tf.LayersModel {
  return tf.sequential({
    name: 'model',
    layers: [tf.layers.dense({ units: 3, inputShape: [4], name: 'dense' }), ...more],
  });
}

class Cut extends tf.layers.Layer {
  static readonly className: string = 'CutUnregistered';
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => tf.clone([inputs].flat()[0]!));
  }
}

/** What the tests change of a model.json. */
interface Saved {
  modelTopology: object;
  weightsManifest: [{ weights: [object] }];
}

/** Changes model.json. */
async function edit(path: string, change: (json: Saved) => void): Promise<void> {
  const json = JSON.parse(await readFile(path, 'utf8'));
  change(json);
  await writeFile(path, JSON.stringify(json));
}

interface Place {
  folder: string;
  /** Of a saved model of layers, with three shards. */
  saved: string;
  shard: (number: number) => string;
}

type Case = [name: string, sentence: string, (place: Place) => Promise<string[]>];

const out = ({ folder }: Place) => ['--out', join(folder, 'new', 'model.onnx')];

const CASES: Case[] = [
  [
    'no model there',
    'Cannot trace *nowhere: there must be a model.json, or a folder with one, but there is neither.',
    async (place) => [join(place.folder, 'nowhere'), ...out(place)],
  ],
  [
    'a folder without a model',
    'Cannot trace *empty: the folder must have a model.json, but has none; tensorflowjs_converter ',
    async (place) => {
      await mkdir(join(place.folder, 'empty'));
      return [join(place.folder, 'empty'), ...out(place)];
    },
  ],
  [
    'a file that is not JSON',
    'Cannot trace *weights.h5: it must be the model.json of a TensorFlow.js model, but is not JSON; ',
    async (place) => {
      const file = join(place.folder, 'weights.h5');
      await writeFile(file, Buffer.from([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a]));
      return [file, ...out(place)];
    },
  ],
  [
    'a shard that is missing',
    ': the shard group1-shard2of3.bin must lie beside model.json, but is not there.',
    async (place) => {
      await rm(place.shard(2));
      return [place.saved, ...out(place)];
    },
  ],
  [
    'a shard that is cut',
    ': the shards group1-shard1of3.bin to group1-shard3of3.bin must hold 60 bytes together, received 57; copy the model again.',
    async (place) => {
      await truncate(place.shard(3), 17);
      return [place.saved, ...out(place)];
    },
  ],
  [
    'a weight that the layers do not have',
    ': TensorFlow.js must load it, but says: Provided weight data has no target variable: other/kernel',
    async (place) => {
      await edit(place.saved, (json) => Object.assign(json.weightsManifest[0].weights[0], { name: 'other/kernel' }));
      return [place.saved, ...out(place)];
    },
  ],
  [
    'a layer of a class that is not registered',
    ': the class CutUnregistered of the layer mine must be registered, but is not; pass a module that does it with --register: export default (tf) => tf.serialization.registerClass(class CutUnregistered ',
    async (place) => {
      await saveLayersModel(join(place.folder, 'saved'), dense(new Cut({ name: 'mine' })));
      return [place.saved, ...out(place)];
    },
  ],
  [
    'a module of layers that is not there',
    'Cannot register the layers of *none.mjs: --register must be a module that can be loaded, but is not: ',
    async (place) => [place.saved, ...out(place), '--register', join(place.folder, 'none.mjs')],
  ],
  [
    'a module of layers without a function',
    ': its default export must be a function of tf, * received undefined.',
    async (place) => {
      await writeFile(join(place.folder, 'none.mjs'), 'export const a = 1;');
      return [place.saved, ...out(place), '--register', join(place.folder, 'none.mjs')];
    },
  ],
  [
    'a model of Keras 3',
    ': it must be a model of Keras 2, since TensorFlow.js does not read this one of Keras 3.4.1; save it with tf_keras',
    async (place) => {
      await edit(place.saved, ({ modelTopology }) => {
        const layer = {
          module: 'keras.layers',
          class_name: 'InputLayer',
          config: { batch_shape: [null, 4], name: 'in' },
          registered_name: null,
          name: 'in',
          inbound_nodes: [],
        };
        const config = { name: 'functional', layers: [layer], input_layers: ['in', 0, 0], output_layers: ['in', 0, 0] };
        const model_config = { module: 'keras', class_name: 'Functional', config, registered_name: 'Functional' };
        Object.assign(modelTopology, { keras_version: '3.4.1', model_config });
      });
      return [place.saved, ...out(place)];
    },
  ],
  [
    'an output in the place of the model',
    ': --out must be a file whose name ends in .onnx, received ',
    async (place) => [place.saved, '--out', place.saved],
  ],
  [
    'an output that is a shard',
    ': --out must be another file than those of the model, received ',
    async (place) => {
      const path = join(place.folder, 'saved', 'weights.onnx');
      await writeFile(path, Buffer.concat(await Promise.all([1, 2, 3].map((number) => readFile(place.shard(number))))));
      await edit(place.saved, (json) => Object.assign(json.weightsManifest[0], { paths: ['weights.onnx'] }));
      return [place.saved, '--out', path];
    },
  ],
  [
    'a shape of no input',
    'Cannot trace the model: a shape must be of an input (dense_input), received image.',
    async (place) => [place.saved, ...out(place), '--shape', 'image=3'],
  ],
  [
    'a shape that does not fit',
    'Cannot trace the model: the shape of dense_input must fit [4] after the batch, received [5].',
    async (place) => [place.saved, ...out(place), '--shape', 'dense_input=5'],
  ],
  [
    'a batch that is none',
    'Cannot trace the model: the batch must be a whole number from 1, received 0.',
    async (place) => [place.saved, ...out(place), '--batch', '0'],
  ],
  [
    'a range of no input',
    ': --range must name an input (dense_input), received ids.',
    async (place) => [place.saved, ...out(place), '--range', 'ids=0,9'],
  ],
];

describe('pipeline trace refuses', () => {
  it.each(CASES)('%s', async (_, sentence, prepare) => {
    const folder = await temporaryFolder();
    const saved = await saveLayersModel(join(folder, 'saved'), dense(), { shard: 20 });
    const args = await prepare({
      folder,
      saved,
      shard: (number) => join(folder, 'saved', `group1-shard${number}of3.bin`),
    });
    const before = await listing(folder);
    const stderr = await refusal(runCli('trace', ...args, '--quiet'));
    expect(stderr).toMatch(/^[^\n]+\n$/);
    expect(stderr.trim()).toMatch(says(sentence));
    expect(await listing(folder)).toEqual(before);
  });
});

/** Names and sizes of all files. */
async function listing(folder: string): Promise<string[]> {
  const names = (await readdir(folder, { recursive: true, withFileTypes: true })).map((entry) =>
    join(entry.parentPath, entry.name),
  );
  const sizes = names.map((name) =>
    readFile(name).then(
      ({ length }) => `${name} ${length}`,
      () => name,
    ),
  );
  return (await Promise.all(sizes)).sort();
}
