import { describe, expect, it } from 'vitest';
import { expectClose } from '../../support/compare.ts';
import { ask, useServer } from '../../support/server.ts';
import { tinyArtefact, tinyOutput } from '../../support/tiny-onnx.ts';

const server = useServer(async (folder) => ({
  models: {
    plain: await tinyArtefact({ shape: [1, 2, 2] }, { out: `${folder}/plain` }),
    classes: await tinyArtefact({ shape: [1, 2, 2], classes: 3 }, { out: `${folder}/classes` }),
  },
  maxImages: 4,
}));

const sample = { name: 'sample', datatype: 'FP32', shape: [2, 1, 2, 2], data: [1, 2, 3, 4, 5, 6, 7, 8] as unknown };
const timestep = { name: 'timestep', datatype: 'FP32', shape: [2], data: [10, 20] };
const labels = { name: 'class_labels', datatype: 'INT64', shape: [2], data: [0, 2] };
const expected = [1, 2, 3, 4].map((x) => tinyOutput(x, 10, 0)).concat([5, 6, 7, 8].map((x) => tinyOutput(x, 20, 2)));

const infer = (body: object, model = 'classes') => ask(server(), `/v2/models/${model}/infer`, { body });

describe('the Open Inference Protocol', () => {
  it('tells of the server and whether it lives and is ready', async () => {
    expect((await ask(server(), '/v2')).json).toEqual({ name: 'onnoise', version: '0.1.0', extensions: [] });
    expect((await ask(server(), '/v2/health/live')).json).toEqual({ live: true });
    expect((await ask(server(), '/v2/health/ready')).json).toEqual({ ready: true });
  });

  it('describes a model, with and without its version', async () => {
    const { json } = await ask(server(), '/v2/models/classes');
    expect(json).toEqual({
      ...{ name: 'classes', versions: ['1'], platform: 'onnxruntime_onnx' },
      inputs: [
        { name: 'sample', datatype: 'FP32', shape: [-1, 1, 2, 2] },
        { name: 'timestep', datatype: 'FP32', shape: [-1] },
        { name: 'class_labels', datatype: 'INT64', shape: [-1] },
      ],
      outputs: [{ name: 'out_sample', datatype: 'FP32', shape: [-1, 1, 2, 2] }],
    });
    expect((await ask(server(), '/v2/models/classes/versions/1')).json).toEqual(json);
    expect((await ask(server(), '/v2/models/plain/ready')).json).toEqual({ name: 'plain', ready: true });
    for (const path of [
      '/v2/models/none',
      '/v2/models/none/ready',
      '/v2/models/plain/versions/2',
      '/v2/models/..%2fplain',
    ]) {
      const { status, json } = await ask(server(), path);
      expect([status, Object.keys(json)]).toEqual([404, ['error']]);
    }
  });

  it('calls the network on rows at their own timesteps and classes', async () => {
    const { status, json } = await infer({
      id: 'seven',
      inputs: [timestep, sample, labels],
      outputs: [{ name: 'out_sample' }],
    });
    expect(status).toBe(200);
    const { outputs, ...head } = json;
    expect(head).toEqual({ model_name: 'classes', model_version: '1', id: 'seven' });
    expect(outputs).toMatchObject([{ name: 'out_sample', datatype: 'FP32', shape: [2, 1, 2, 2] }]);
    expectClose(outputs[0].data, expected, { absolute: 1e-6 });
  });

  it('takes nested arrays, and asks no class of an unconditional network', async () => {
    const nested = {
      ...sample,
      data: [
        [
          [
            [1, 2],
            [3, 4],
          ],
        ],
        [
          [
            [5, 6],
            [7, 8],
          ],
        ],
      ],
    };
    const { json } = await infer({ inputs: [nested, timestep] }, 'plain');
    const wanted = [1, 2, 3, 4].map((x) => tinyOutput(x, 10, 0)).concat([5, 6, 7, 8].map((x) => tinyOutput(x, 20, 0)));
    expectClose(json.outputs[0].data, wanted, { absolute: 1e-6 });
  });

  it.each<[string, object, string]>([
    ['no inputs', {}, 'Cannot take the request: the field inputs must be there.'],
    [
      'an unknown field',
      { inputs: [sample], priority: 1 },
      'Cannot take the request: the field priority is not known.',
    ],
    [
      'an input that is missing',
      { inputs: [sample, timestep] },
      'Cannot call the network: inputs must be sample, timestep, class_labels, received sample, timestep.',
    ],
    [
      'an input twice',
      { inputs: [sample, sample, timestep] },
      'Cannot call the network: inputs must be sample, timestep, class_labels, received sample, sample, timestep.',
    ],
    [
      'another type',
      { inputs: [{ ...sample, datatype: 'FP16' }, timestep, labels] },
      'Cannot call the network: sample must have the datatype FP32, received FP16.',
    ],
    [
      'another shape',
      { inputs: [{ ...sample, shape: [2, 1, 4, 1] }, timestep, labels] },
      'Cannot call the network: sample must have the shape [2, 1, 2, 2], received [2, 1, 4, 1].',
    ],
    [
      'another count',
      { inputs: [sample, { ...timestep, shape: [1] }, labels] },
      'Cannot call the network: timestep must have the shape [2], received [1].',
    ],
    [
      'no images',
      { inputs: [{ ...sample, shape: [0, 1, 2, 2], data: [] }, timestep, labels] },
      'Cannot call the network: sample must have 1 to 4 images, received 0.',
    ],
    [
      'too many',
      { inputs: [{ ...sample, shape: [5, 1, 2, 2] }, timestep, labels] },
      'Cannot call the network: sample must have 1 to 4 images, received 5.',
    ],
    [
      'too few values',
      { inputs: [{ ...sample, data: [1, 2] }, timestep, labels] },
      'Cannot call the network: sample must hold 8 values, received 2.',
    ],
    [
      'too many values',
      { inputs: [{ ...sample, data: new Array(9).fill(1) }, timestep, labels] },
      'Cannot call the network: sample must hold 8 values, received more.',
    ],
    [
      'a text',
      { inputs: [{ ...sample, data: [1, 2, 3, 4, 5, 6, 7, '8'] }, timestep, labels] },
      'Cannot call the network: sample must hold numbers, received string.',
    ],
    [
      'deep arrays',
      { inputs: [{ ...sample, data: [[[[[1]]]]] }, timestep, labels] },
      'Cannot call the network: sample must be arrays of depth 4 or 1, received deeper ones.',
    ],
    [
      'no array',
      { inputs: [{ ...sample, data: 'AAAA' }, timestep, labels] },
      'Cannot call the network: sample must hold its data in an array, received string.',
    ],
    [
      'a class it does not have',
      { inputs: [sample, timestep, { ...labels, data: [0, 3] }] },
      'Cannot call the network: class_labels must be whole numbers from 0 to 2, received 3.',
    ],
    [
      'another output',
      { inputs: [sample, timestep, labels], outputs: [{ name: 'y' }] },
      'Cannot take the request: outputs.0.name must be one of out_sample, received "y".',
    ],
  ])('refuses %s in a sentence', async (_, body, message) => {
    const { status, json } = await infer(body);
    expect([status, json]).toEqual([400, { error: message }]);
  });
});
