import { describe, expect, it } from 'vitest';
import { expectClose } from '#test/compare.ts';
import { trainedCard } from '#test/models/card.ts';
import { GUIDED, tinyArtefact, tinyOutput } from '#test/models/tiny-onnx.ts';
import { ask, useServer } from '#test/server.ts';

const server = useServer(async (folder) => ({
  models: {
    plain: await tinyArtefact({ shape: [1, 2, 2] }, { out: `${folder}/plain` }),
    classes: await tinyArtefact({ shape: [1, 2, 2], classes: 3 }, { out: `${folder}/classes`, card: PETS }),
    guided: await tinyArtefact({ shape: [1, 2, 2], ...GUIDED }, { out: `${folder}/guided` }),
    told: await tinyArtefact({ shape: [1, 2, 2], ...GUIDED, conditionImage: HAND }, { out: `${folder}/told` }),
    enlarge: await tinyArtefact({ shape: [1, 2, 2], conditionImage: { channels: 3 } }, { out: `${folder}/enlarge` }),
    draws: await tinyArtefact({ shape: [3, 2, 2], maskOutput: HAND }, { out: `${folder}/draws` }),
  },
  maxImages: 4,
}));

const HAND = { classes: ['background', 'bone'], values: [0, 7] };
const PETS = trainedCard({
  name: 'pets',
  data: { name: 'pets', hash: 'sha256:0', count: 3, classNames: ['cat', 'dog', 'frog'] },
});

const sample = { name: 'sample', datatype: 'FP32', shape: [2, 1, 2, 2], data: [1, 2, 3, 4, 5, 6, 7, 8] as unknown };
const timestep = { name: 'timestep', datatype: 'FP32', shape: [2], data: [10, 20] };
const labels = { name: 'class_labels', datatype: 'INT64', shape: [2], data: [0, 2] };
const EXPECTED = [1, 2, 3, 4].map((x) => tinyOutput(x, 10, 0)).concat([5, 6, 7, 8].map((x) => tinyOutput(x, 20, 2)));

const infer = (body: object, model = 'classes') => ask(server(), `/v2/models/${model}/infer`, { body });

describe('the Open Inference Protocol', () => {
  it('tells of the server and whether it lives and is ready', async () => {
    expect((await ask(server(), '/v2')).json).toEqual({
      name: 'onnoise',
      version: '0.1.0',
      extensions: ['binary_tensor_data', 'model_configuration', 'statistics', 'model_repository'],
    });
    expect((await ask(server(), '/v2/health/live')).json).toEqual({ live: true });
    expect((await ask(server(), '/v2/health/ready')).json).toEqual({ ready: true });
  });

  it('describes a model, with and without its version', async () => {
    const { json } = await ask(server(), '/v2/models/classes');
    expect(json).toEqual({
      name: 'classes',
      versions: ['1'],
      platform: 'onnxruntime_onnx',
      inputs: [
        { name: 'sample', datatype: 'FP32', shape: [-1, 1, 2, 2] },
        { name: 'timestep', datatype: 'FP32', shape: [-1] },
        { name: 'class_labels', datatype: 'INT64', shape: [-1] },
      ],
      outputs: [{ name: 'out_sample', datatype: 'FP32', shape: [-1, 1, 2, 2] }],
      parameters: { timesteps: 100, class_names: '["cat","dog","frog"]' },
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

  it('describes the null class and the conditions of a network, and calls it with them', async () => {
    const described = (await ask(server(), '/v2/models/guided')).json;
    expect(described.inputs.slice(2)).toEqual([
      { name: 'class_labels', datatype: 'INT64', shape: [-1] },
      { name: 'conditions', datatype: 'FP32', shape: [-1, 2] },
    ]);
    expect(described.parameters).toEqual({
      timesteps: 100,
      null_class: 2,
      conditions: '[{"name":"age","mean":100,"std":40,"min":10,"max":200}]',
    });
    const conditions = { name: 'conditions', datatype: 'FP32', shape: [2, 2], data: [0.5, 1, 0, 0] };
    const { json } = await infer({ inputs: [sample, timestep, conditions, labels] }, 'guided');
    const expected = [1, 2, 3, 4]
      .map((x) => tinyOutput(x, 10, 0, {}, [0.5, 1]))
      .concat([5, 6, 7, 8].map((x) => tinyOutput(x, 20, 2, {}, [0, 0])));
    expectClose(json.outputs[0].data, expected, { absolute: 1e-6 });
    const beyond = await infer({ inputs: [sample, timestep, conditions, { ...labels, data: [0, 3] }] }, 'guided');
    expect(beyond.json.error).toBe(
      'Cannot call the network: class_labels[1] must be a whole number from 0 to 2, received 3.',
    );
  });

  it.each([
    ['a flag', 0, [0.5, 2], 'conditions[1] must be a number from 0 to 1, received 2'],
    ['a flag in bytes', 1, [0.5, -0.5], 'conditions[1] must be a number from 0 to 1, received -0.5'],
    [
      'a value',
      0,
      [2 ** 100, 1],
      `conditions[0] must be a number from ${-(2 ** 99)} to ${2 ** 99}, received ${2 ** 100}`,
    ],
  ])("refuses %s that the network would, and another client's call is answered", async (_, bytes, data, told) => {
    const one = (input: typeof sample, values: number[]) => ({
      ...input,
      shape: [1, ...input.shape.slice(1)],
      data: values,
    });
    const inputs = [one(sample, [1, 2, 3, 4]), one(timestep, [10]), one(labels, [0])];
    const conditions = (values: number[]) => ({ name: 'conditions', datatype: 'FP32', shape: [1, 2], data: values });
    const [bad, good] = await Promise.all([
      bytes
        ? inferBytes([...inputs, conditions(data)], { model: 'guided' })
        : infer({ inputs: [...inputs, conditions(data)] }, 'guided'),
      infer({ inputs: [...inputs, conditions([0.5, 1])] }, 'guided'),
    ]);
    expect([bad.status, bad.json.error]).toEqual([400, `Cannot call the network: ${told}.`]);
    const expected = [1, 2, 3, 4].map((x) => tinyOutput(x, 10, 0, {}, [0.5, 1]));
    expectClose(good.json.outputs[0].data, expected, { absolute: 1e-6 });
  });

  describe('of networks that are told a picture', () => {
    const conditions = { name: 'conditions', datatype: 'FP32', shape: [2, 2], data: [0.5, 1, 0, 0] };
    /** Bone in the first pixel of one image and in the last two of the other: what it adds to the pixel. */
    const planes = [0, 1, 1, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 1, 1];
    const image = { name: 'condition_image', datatype: 'FP32', shape: [2, 2, 2, 2], data: planes as unknown };
    const added = [0.1, 0, 0, 0, 0, 0, 0.1, 0.1];
    const expected = [1, 2, 3, 4, 5, 6, 7, 8].map(
      (x, i) => tinyOutput(x, i < 4 ? 10 : 20, i < 4 ? 0 : 2, {}, i < 4 ? [0.5, 1] : []) + added[i]!,
    );
    const all = [sample, timestep, labels, conditions, image];

    it('describes and calls them', async () => {
      const described = (await ask(server(), '/v2/models/told')).json;
      expect(described.inputs.at(-1)).toEqual({ name: 'condition_image', datatype: 'FP32', shape: [-1, 2, 2, 2] });
      expect(described.parameters.condition_mask).toBe('{"classes":["background","bone"],"values":[0,7]}');
      expect((await ask(server(), '/v2/models/told/config')).json.input.at(-1)).toEqual({
        name: 'condition_image',
        data_type: 'TYPE_FP32',
        dims: [2, 2, 2],
      });
      const { json } = await infer({ inputs: all }, 'told');
      expectClose(json.outputs[0].data, expected, { absolute: 1e-6 });
      const half = await infer({ inputs: [...all.slice(0, 4), { ...image, datatype: 'FP16' }] }, 'told');
      expectClose(half.json.outputs[0].data, expected, { absolute: 1e-6 });
    });

    it('describes and calls one that draws a mask, of which the planes are among its channels', async () => {
      const described = (await ask(server(), '/v2/models/draws')).json;
      expect(described.outputs).toEqual([{ name: 'out_sample', datatype: 'FP32', shape: [-1, 3, 2, 2] }]);
      expect(described.parameters.drawn_mask).toBe('{"classes":["background","bone"],"values":[0,7]}');
      const x = { ...sample, shape: [1, 3, 2, 2], data: Array.from({ length: 12 }, (_, i) => i) };
      const { json } = await infer({ inputs: [x, { ...timestep, shape: [1], data: [10] }] }, 'draws');
      expect(json.outputs[0].shape).toEqual([1, 3, 2, 2]);
      expectClose(
        json.outputs[0].data,
        x.data.map((value) => tinyOutput(value, 10, 0)),
        { absolute: 1e-6 },
      );
    });

    const wrong = (change: object) => [...all.slice(0, 4), { ...image, ...change }];
    it.each<[string, object[], string]>([
      [
        'no picture',
        all.slice(0, 4),
        'inputs must be sample, timestep, class_labels, conditions, condition_image, received sample, timestep, class_labels, conditions.',
      ],
      [
        'another shape',
        wrong({ shape: [2, 1, 2, 2], data: planes.slice(8) }),
        'condition_image must have the shape [2, 2, 2, 2], received [2, 1, 2, 2].',
      ],
      [
        'other values',
        wrong({ data: planes.with(3, 1.5) }),
        'condition_image[3] must be a number from 0 to 1, received 1.5.',
      ],
      [
        'negative values',
        wrong({ data: planes.with(9, -1) }),
        'condition_image[9] must be a number from 0 to 1, received -1.',
      ],
      [
        'whole numbers',
        wrong({ datatype: 'INT64' }),
        'condition_image must have the datatype FP32 or FP16, received INT64.',
      ],
      ['too few', wrong({ data: planes.slice(1) }), 'condition_image must hold 16 values, received 15.'],
      ['six inputs', [...all, image], 'inputs must be an array of 1 to 5, received an array of 6.'],
    ])('refuses %s in a sentence', async (_, inputs, rule) => {
      const { status, json } = await infer({ inputs }, 'told');
      expect([status, json.error]).toEqual([400, expect.stringContaining(rule)]);
    });

    it('refuses NaN and infinity in bytes, and pictures beyond their range', async () => {
      for (const [value, told] of [
        [Number.NaN, 'NaN'],
        [Number.POSITIVE_INFINITY, 'Infinity'],
      ] as const) {
        const { status, json } = await inferBytes(wrong({ data: planes.with(5, value) }) as never, { model: 'told' });
        expect([status, json.error]).toEqual([
          400,
          `Cannot call the network: condition_image[5] must be a number from 0 to 1, received ${told}.`,
        ]);
      }
      const rgb = { ...image, shape: [2, 3, 2, 2], data: new Array(24).fill(-1) };
      expect((await infer({ inputs: [sample, timestep, rgb] }, 'enlarge')).status).toBe(200);
      const { json } = await infer(
        { inputs: [sample, timestep, { ...rgb, data: rgb.data.with(23, 1.01) }] },
        'enlarge',
      );
      expect(json.error).toContain('condition_image[23] must be a number from -1 to 1, received 1.01.');
    });
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
    expectClose(outputs[0].data, EXPECTED, { absolute: 1e-6 });
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

  const refuses = (action: string, cases: [what: string, body: object, rule: string][]) =>
    it.each(cases)('refuses %s in a sentence', async (_, body, rule) => {
      const { status, json } = await infer(body);
      expect([status, json]).toEqual([400, { error: `Cannot ${action}: ${rule}` }]);
    });
  refuses('take the request', [
    ['no inputs', {}, 'the field inputs must be given.'],
    [
      'another output',
      { inputs: [sample, timestep, labels], outputs: [{ name: 'y' }] },
      'outputs.0.name must be one of out_sample, received "y".',
    ],
  ]);
  refuses('call the network', [
    [
      'an input that is missing',
      { inputs: [sample, timestep] },
      'inputs must be sample, timestep, class_labels, received sample, timestep.',
    ],
    [
      'an input twice',
      { inputs: [sample, sample, timestep] },
      'inputs must be sample, timestep, class_labels, received sample, sample, timestep.',
    ],
    [
      'another type',
      { inputs: [{ ...sample, datatype: 'FP64' }, timestep, labels] },
      'sample must have the datatype FP32 or FP16, received FP64.',
    ],
    [
      'another shape',
      { inputs: [{ ...sample, shape: [2, 1, 4, 1] }, timestep, labels] },
      'sample must have the shape [2, 1, 2, 2], received [2, 1, 4, 1].',
    ],
    [
      'another count',
      { inputs: [sample, { ...timestep, shape: [1] }, labels] },
      'timestep must have the shape [2], received [1].',
    ],
    [
      'no images',
      { inputs: [{ ...sample, shape: [0, 1, 2, 2], data: [] }, timestep, labels] },
      'sample must have 1 to 4 images, received 0.',
    ],
    [
      'too many',
      { inputs: [{ ...sample, shape: [5, 1, 2, 2] }, timestep, labels] },
      'sample must have 1 to 4 images, received 5.',
    ],
    [
      'too few values',
      { inputs: [{ ...sample, data: [1, 2] }, timestep, labels] },
      'sample must hold 8 values, received 2.',
    ],
    [
      'too many values',
      { inputs: [{ ...sample, data: new Array(9).fill(1) }, timestep, labels] },
      'sample must hold 8 values, received more.',
    ],
    [
      'a text',
      { inputs: [{ ...sample, data: [1, 2, 3, 4, 5, 6, 7, '8'] }, timestep, labels] },
      'sample[7] must be a number, received string.',
    ],
    [
      'deep arrays',
      { inputs: [{ ...sample, data: [[[[[1]]]]] }, timestep, labels] },
      'sample must be arrays of depth 4 or 1, received deeper ones.',
    ],
    [
      'no array',
      { inputs: [{ ...sample, data: 'AAAA' }, timestep, labels] },
      'sample must hold its data in an array, or give its binary_data_size, received string.',
    ],
    [
      'a class it does not have',
      { inputs: [sample, timestep, { ...labels, data: [0, 3] }] },
      'class_labels[1] must be a whole number from 0 to 2, received 3.',
    ],
  ]);
});

const TIMES = 'timestep[1] must be a number from 0 to 99';
const LABELS = 'class_labels[1] must be a whole number from 0 to 2';
const VALUES = 'sample[7] must be a finite number from -3.4e38 to 3.4e38';

describe('values that the network would wrap, cut or make infinite are refused', () => {
  it.each<[string, number, string]>([
    ['timestep', -1, `${TIMES}, received -1`],
    ['timestep', -1000, `${TIMES}, received -1000`],
    ['timestep', 99.01, `${TIMES}, received 99.01`],
    ['timestep', -1e-9, `${TIMES}, received -1e-9`],
    ['timestep', 99.5, `${TIMES}, received 99.5`],
    ['timestep', 100, `${TIMES}, received 100`],
    ['class_labels', -1, `${LABELS}, received -1`],
    ['class_labels', 0.5, `${LABELS}, received 0.5`],
    ['class_labels', 2 ** 32 + 2, `${LABELS}, received 4294967298`],
    ['class_labels', 2 ** 63, `${LABELS}, received one beyond 2^53`],
    ['class_labels', -(2 ** 60), `${LABELS}, received one below -2^53`],
    ['sample', 1e39, `${VALUES}, received 1e+39`],
    ['sample', -3.5e38, `${VALUES}, received -3.5e+38`],
  ])('in JSON: %s %d', async (name, value, told) => {
    const inputs = [sample, timestep, labels].map((input) =>
      input.name === name ? { ...input, data: (input.data as number[]).with(-1, value) } : input,
    );
    expect(await infer({ inputs })).toMatchObject({
      status: 400,
      json: { error: `Cannot call the network: ${told}.` },
    });
  });

  it.each([
    ['1e400', 'Cannot call the network: sample[7] must be a finite number from -3.4e38 to 3.4e38, received Infinity.'],
    ['NaN', 'is not valid JSON": JSON has no NaN and no Infinity.'],
    ['-Infinity', ': JSON has no NaN and no Infinity.'],
    ['x', 'is not valid JSON".'],
  ])('in JSON: %s as text', async (text, told) => {
    const body = JSON.stringify({ inputs: [sample, timestep, labels] }).replace('7,8]', `7,${text}]`);
    const { status, json } = await ask(server(), '/v2/models/classes/infer', { body });
    expect([status, json.error]).toEqual([400, expect.stringContaining(told)]);
  });

  it.each<[string, number | bigint, string]>([
    ['timestep', -1, `${TIMES}, received -1`],
    ['timestep', -0.5, `${TIMES}, received -0.5`],
    ['timestep', 99.5, `${TIMES}, received 99.5`],
    ['timestep', 100, `${TIMES}, received 100`],
    ['timestep', Number.NaN, `${TIMES}, received NaN`],
    ['timestep', Number.POSITIVE_INFINITY, `${TIMES}, received Infinity`],
    ['class_labels', -1n, `${LABELS}, received -1`],
    ['class_labels', 2n ** 32n + 3n, `${LABELS}, received 4294967299`],
    ['class_labels', 2n ** 63n - 1n, `${LABELS}, received 9223372036854775807`],
    ['class_labels', -(2n ** 63n), `${LABELS}, received -9223372036854775808`],
    ['sample', Number.NaN, `${VALUES}, received NaN`],
    ['sample', Number.NEGATIVE_INFINITY, `${VALUES}, received -Infinity`],
  ])('in bytes: %s %s', async (name, value, told) => {
    const inputs = [sample, timestep, labels].map((input) =>
      input.name === name ? { ...input, data: (input.data as unknown[]).with(-1, value) } : input,
    );
    expect(await inferBytes(inputs)).toMatchObject({
      status: 400,
      json: { error: `Cannot call the network: ${told}.` },
    });
  });
});

it('takes timesteps between whole ones, in JSON and in bytes', async () => {
  const inputs = [sample, { ...timestep, data: [0.25, 98.75] }, labels];
  const between = [1, 2, 3, 4]
    .map((x) => tinyOutput(x, 0.25, 0))
    .concat([5, 6, 7, 8].map((x) => tinyOutput(x, 98.75, 2)));
  for (const { status, json } of [await infer({ inputs }), await inferBytes(inputs)]) {
    expect(status).toBe(200);
    expectClose(json.outputs[0].data, between, { absolute: 1e-6 });
  }
});

/** A call with all values as bytes after the JSON. */
function inferBytes(
  inputs: (typeof sample)[],
  { more = {}, headers = {}, model = 'classes' }: { more?: object; headers?: object; model?: string } = {},
) {
  const parts = inputs.map(({ datatype, data }) => {
    const values = data as (number | bigint)[];
    return Buffer.from(
      (datatype === 'INT64' ? BigInt64Array.from(values, BigInt) : Float32Array.from(values as number[])).buffer,
    );
  });
  const described = inputs.map(({ data, ...input }, i) => ({
    ...input,
    parameters: { binary_data_size: parts[i]!.length },
  }));
  const json = Buffer.from(JSON.stringify({ inputs: described, ...more }));
  const length = { 'inference-header-content-length': `${json.length}` };
  return post(Buffer.concat([json, ...parts]), { ...length, ...headers }, model);
}

/** Posts without a content-type, as Triton's clients do. */
async function post(payload: Buffer | string, headers: Record<string, string> = {}, model = 'classes') {
  const url = `/v2/models/${model}/infer`;
  const {
    statusCode,
    headers: answered,
    rawPayload,
  } = await server().app.inject({ method: 'POST', url, headers, payload });
  const length = answered['inference-header-content-length'];
  const text = rawPayload.subarray(0, length === undefined ? rawPayload.length : Number(length)).toString();
  return {
    status: statusCode,
    headers: answered,
    json: JSON.parse(text),
    bytes: rawPayload.subarray(Number(length ?? 0)),
  };
}

describe('bodies as tritonclient sends them', () => {
  const all = [sample, timestep, labels];

  it('are JSON without a content-type', async () => {
    const { status, json } = await post(JSON.stringify({ inputs: all }));
    expect(status).toBe(200);
    expectClose(json.outputs[0].data, EXPECTED, { absolute: 1e-6 });
  });

  it.each([{}, { 'content-type': 'application/octet-stream' }])('have the values as bytes, %j', async (headers) => {
    const { status, json } = await inferBytes(all, { headers });
    expect(status).toBe(200);
    expectClose(json.outputs[0].data, EXPECTED, { absolute: 1e-6 });
  });

  it.each([
    { parameters: { binary_data_output: true } },
    { outputs: [{ name: 'out_sample', parameters: { binary_data: true } }] },
  ])('are answered in bytes where that is asked for: %j', async (more) => {
    const { headers, json, bytes } = await inferBytes(all, { more });
    expect(headers['content-type']).toBe('application/octet-stream');
    expect(json.outputs).toEqual([
      { name: 'out_sample', datatype: 'FP32', shape: [2, 1, 2, 2], parameters: { binary_data_size: 32 } },
    ]);
    const values = Array.from({ length: 8 }, (_, i) => bytes.readFloatLE(4 * i));
    expectClose(values, EXPECTED, { absolute: 1e-6 });
  });

  const told = { ...timestep, parameters: { binary_data_size: 8 } };
  const { data: _, ...behind } = told;
  it.each<[string, object, RegExp]>([
    [
      'bytes that are not there',
      { inputs: [sample, behind, labels] },
      /timestep must have 8 bytes after the JSON, received 0\.$/,
    ],
    [
      'data and bytes',
      { inputs: [sample, told, labels] },
      /timestep must have data or a binary_data_size, received both\.$/,
    ],
    [
      'neither',
      { inputs: [sample, { ...behind, parameters: {} }, labels] },
      /timestep must hold its data in an array, or .* received none\.$/,
    ],
    [
      'another size',
      { inputs: [sample, { ...behind, parameters: { binary_data_size: '8' } }, labels] },
      /timestep must have a binary_data_size of 8, received 8\.$/,
    ],
    [
      'an output as classes',
      { inputs: all, outputs: [{ name: 'out_sample', parameters: { classification: 3 } }] },
      /classification must be left out/,
    ],
    [
      'a flag that is none',
      { inputs: all, parameters: { binary_data_output: 1 } },
      /binary_data must be true or false/,
    ],
  ])('are refused with %s', async (_, body, message) => {
    const { status, json } = await post(JSON.stringify(body));
    expect([status, json.error]).toEqual([400, expect.stringMatching(message)]);
  });

  it.each<[Record<string, string>, number, RegExp]>([
    [{ 'inference-header-content-length': '100000' }, 400, /must be a number of bytes, at most the body's \d+\.$/],
    [{ 'inference-header-content-length': '-1' }, 400, /must be a number of bytes/],
    [{ 'inference-header-content-length': '5' }, 400, /its body must be JSON/],
    [{ 'content-encoding': 'gzip' }, 415, /must not be compressed/],
    [{ 'content-type': 'text/plain' }, 415, /its content-type must be/],
  ])('are refused with %j', async (headers, wanted, message) => {
    const { status, json } = await post(JSON.stringify({ inputs: all }), headers);
    expect([status, json.error]).toEqual([wanted, expect.stringMatching(message)]);
  });

  it('are refused with bytes that no input tells of', async () => {
    const json = JSON.stringify({ inputs: all });
    const { status, json: answer } = await post(`${json}more`, { 'inference-header-content-length': `${json.length}` });
    expect([status, answer.error]).toEqual([
      400,
      'Cannot call the network: inputs must account for all bytes after the JSON, received 4 more.',
    ]);
  });
});
