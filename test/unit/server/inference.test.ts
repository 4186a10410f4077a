/** Calls of a network by the Open Inference Protocol: over HTTP, as JSON and as bytes, and over gRPC. */
import { join } from 'node:path';
import { status as code } from '@grpc/grpc-js';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectClose } from '#test/compare.ts';
import { grpcCaller } from '#test/load/grpc.ts';
import { GUIDED, type TinyOptions, tinyArtefact, tinyOutput } from '#test/models/tiny-onnx.ts';
import { ask, IMAGES, useServer } from '#test/server.ts';

const HAND = { classes: ['background', 'bone'], values: [0, 7] };
const lines: string[] = [];
const server = useServer(async (folder) => {
  const model = (name: string, options: TinyOptions = {}) =>
    tinyArtefact({ shape: [1, 2, 2], ...options }, { out: join(folder, name) });
  return {
    models: {
      told: await model('told', { ...GUIDED, conditionImage: HAND }),
      plain: await model('plain'),
      broken: await model('broken', { gain: Number.NaN }),
      endless: await model('endless', { gain: Number.POSITIVE_INFINITY }),
    },
    maxImages: 4,
    logger: { level: 'error', stream: { write: (line) => void lines.push(line) } },
  };
});
beforeAll(() => server().listen({ port: 0, grpcPort: 0 }));

interface Input {
  name: string;
  datatype: string;
  shape: readonly number[];
  data: readonly number[];
}

const timestep: Input = { name: 'timestep', datatype: 'FP32', shape: [2], data: [10, 20.25] };
const sample: Input = { name: 'sample', datatype: 'FP32', shape: [2, 1, 2, 2], data: [1, 2, 3, 4, 5, 6, 7, 8] };
const labels: Input = { name: 'class_labels', datatype: 'INT64', shape: [2], data: [0, 2] };
const conditions: Input = { name: 'conditions', datatype: 'FP32', shape: [2, 2], data: [0.5, 1, 0, 0] };
/** Bone in the first pixel of one image and in the last two of the other. */
const PLANES = [0, 1, 1, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 1, 1];
const image: Input = { name: 'condition_image', datatype: 'FP32', shape: [2, 2, 2, 2], data: PLANES };
const ALL = [timestep, sample, labels, conditions, image];
const BONE = [0.1, 0, 0, 0, 0, 0, 0.1, 0.1];
const EXPECTED = sample.data.map(
  (x, i) => tinyOutput(x, i < 4 ? 10 : 20.25, i < 4 ? 0 : 2, {}, i < 4 ? [0.5, 1] : []) + BONE[i]!,
);

const bytesOf = ({ datatype, data }: Input) =>
  Buffer.from((datatype === 'INT64' ? BigInt64Array.from(data, BigInt) : Float32Array.from(data)).buffer);

/** Posts without a content-type, as Triton's clients do. */
async function post(payload: Buffer | string, { model = 'told', ...headers }: Record<string, string> = {}) {
  const url = `/v2/models/${model}/infer`;
  const {
    statusCode: status,
    headers: answered,
    rawPayload,
  } = await server().app.inject({
    method: 'POST',
    url,
    headers,
    payload,
  });
  const length = Number(answered['inference-header-content-length'] ?? rawPayload.length);
  const json = JSON.parse(rawPayload.subarray(0, length).toString());
  return { status, type: answered['content-type'], json, bytes: rawPayload.subarray(length) };
}

/** With all values as bytes after the JSON. */
function postBytes(inputs: readonly Input[], more: object = {}, headers: Record<string, string> = {}) {
  const parts = inputs.map(bytesOf);
  const described = inputs.map(({ data: _, ...input }, i) => ({
    ...input,
    parameters: { binary_data_size: parts[i]!.length },
  }));
  const json = Buffer.from(JSON.stringify({ inputs: described, ...more }));
  return post(Buffer.concat([json, ...parts]), { 'inference-header-content-length': `${json.length}`, ...headers });
}

/** The values of the output, or why it was refused. */
type Call = (inputs: readonly Input[]) => Promise<number[] | string>;

const overHttp = ({ status, json }: Awaited<ReturnType<typeof post>>) => {
  if (status === 200) return json.outputs[0].data;
  expect(status).toBe(400);
  return json.error;
};
const overGrpc = (request: object) =>
  grpcCaller(server().grpcPort!)('ModelInfer', { model_name: 'told', ...request }).then(
    ({ outputs, raw_output_contents: [raw] }) =>
      raw ? sample.data.map((_, i) => raw.readFloatLE(4 * i)) : outputs[0].contents.fp32_contents,
    (error) => {
      expect(error.code).toBe(code.INVALID_ARGUMENT);
      return error.details;
    },
  );
const CALLS: { how: string; call: Call }[] = [
  { how: 'JSON', call: async (inputs) => overHttp(await post(JSON.stringify({ inputs }))) },
  { how: 'bytes', call: async (inputs) => overHttp(await postBytes(inputs)) },
  {
    how: 'gRPC',
    call: (inputs) =>
      overGrpc({
        inputs: inputs.map(({ data, ...input }) => ({
          ...input,
          contents: { [input.datatype === 'INT64' ? 'int64_contents' : 'fp32_contents']: data },
        })),
      }),
  },
  {
    how: 'gRPC with raw values',
    call: (inputs) =>
      overGrpc({ inputs: inputs.map(({ data: _, ...input }) => input), raw_input_contents: inputs.map(bytesOf) }),
  },
];

const changed = (input: Input, change: Partial<Input>) =>
  ALL.map((one) => (one === input ? { ...one, ...change } : one));
const last = (input: Input, value: number) => changed(input, { data: input.data.with(-1, value) });
const LABELS = 'class_labels[1] must be a whole number from 0 to 2';
const NUMBER = 'sample[7] must be a finite number from -3.4e38 to 3.4e38';

describe.each(CALLS)('a call of the network as $how', ({ how, call }) => {
  it('is of rows with their own timesteps, classes, conditions and masks, in any order', async () => {
    expectClose((await call(ALL)) as number[], EXPECTED, { absolute: 1e-6 });
  });

  it.each<[string, Input[], string]>([
    [
      'an input that is missing',
      ALL.slice(0, 4),
      'inputs must be sample, timestep, class_labels, conditions, condition_image, received timestep, sample, class_labels, conditions',
    ],
    [
      'another type',
      changed(sample, { datatype: 'FP64' }),
      'sample must have the datatype FP32 or FP16, received FP64',
    ],
    [
      'another shape',
      changed(image, { shape: [2, 1, 2, 2] }),
      'condition_image must have the shape [2, 2, 2, 2], received [2, 1, 2, 2]',
    ],
    ['no images', changed(sample, { shape: [0, 1, 2, 2], data: [] }), 'sample must have 1 to 4 images, received 0'],
    ['too many images', changed(sample, { shape: [5, 1, 2, 2] }), 'sample must have 1 to 4 images, received 5'],
    ['a timestep before the first', last(timestep, -1), 'timestep[1] must be a number from 0 to 99, received -1'],
    ['a timestep after the last', last(timestep, 99.5), 'timestep[1] must be a number from 0 to 99, received 99.5'],
    ['no class', last(labels, -1), `${LABELS}, received -1`],
    ['a class beyond the null class', last(labels, 3), `${LABELS}, received 3`],
    ['a class that wraps', last(labels, 2 ** 32 + 2), `${LABELS}, received 4294967298`],
    ['a flag that is none', last(conditions, 2), 'conditions[3] must be a number from 0 to 1, received 2'],
    ['a mask that is none', last(image, 1.5), 'condition_image[15] must be a number from 0 to 1, received 1.5'],
    ...(how === 'JSON'
      ? ([
          ['what float32 cannot hold', last(sample, 1e39), `${NUMBER}, received 1e+39`],
          ['a class beyond what is exact', last(labels, 2 ** 63), `${LABELS}, received one beyond 2^53`],
        ] as never)
      : [Number.NaN, Number.NEGATIVE_INFINITY].map((value): [string, Input[], string] => [
          `${value}`,
          last(sample, value),
          `${NUMBER}, received ${value}`,
        ])),
  ])('is refused with %s', async (_, inputs, rule) => {
    expect(await call(inputs)).toBe(`Cannot call the network: ${rule}.`);
  });
});

describe('a call over HTTP', () => {
  const plain = [sample, timestep];
  const first = (change: object) => ({ inputs: [{ ...sample, ...change }, ...ALL.filter((one) => one !== sample)] });
  const sized = (size: unknown) => first({ data: undefined, parameters: { binary_data_size: size } });

  it('may have what the protocol allows and does not name, nested values, and JSON by its name', async () => {
    const nested = { ...sample, data: JSON.parse('[[[[1, 2], [3, 4]]], [[[5, 6], [7, 8]]]]'), extra: 1 };
    const more = {
      model_name: 'plain',
      id: 'a',
      parameters: { priority: 1 },
      outputs: [{ name: 'out_sample', more: {} }],
    };
    const body = { ...more, inputs: [nested, timestep] };
    const { status, json } = await ask(server(), '/v2/models/plain/infer', { body });
    const { outputs, ...head } = json;
    expect([status, head]).toEqual([200, { model_name: 'plain', model_version: '1', id: 'a' }]);
    expect(outputs).toMatchObject([{ name: 'out_sample', datatype: 'FP32', shape: [2, 1, 2, 2] }]);
    const expected = sample.data.map((x, i) => tinyOutput(x, i < 4 ? 10 : 20.25, 0));
    expectClose(outputs[0].data, expected, { absolute: 1e-6 });
  });

  it.each([
    { parameters: { binary_data_output: true } },
    { outputs: [{ name: 'out_sample', parameters: { binary_data: true } }] },
  ])('is answered in bytes where that is asked for: %j', async (more) => {
    const { type, json, bytes } = await postBytes(ALL, more, { 'content-type': 'application/octet-stream' });
    expect(type).toBe('application/octet-stream');
    const parameters = { binary_data_size: 32 };
    expect(json.outputs).toEqual([{ name: 'out_sample', datatype: 'FP32', shape: [2, 1, 2, 2], parameters }]);
    expectClose(
      sample.data.map((_, i) => bytes.readFloatLE(4 * i)),
      EXPECTED,
      { absolute: 1e-6 },
    );
  });

  it('takes half precision and whole timesteps, and gives half precision back', async () => {
    const inputs = [
      ...changed(sample, { datatype: 'FP16' }).slice(1),
      { ...timestep, datatype: 'INT64', data: [10, 20] },
    ];
    const [output] = (await post(JSON.stringify({ inputs }))).json.outputs;
    expect(output.datatype).toBe('FP16');
    expectClose(output.data, EXPECTED, { absolute: 0.01 });
    const between = [{ ...sample }, { ...timestep, datatype: 'INT64' }];
    const { json } = await post(JSON.stringify({ inputs: between }), { model: 'plain' });
    expect(json.error).toContain('timestep[1] must be a whole number from 0 to 99, received 20.25');
  });

  const text = JSON.stringify({ inputs: ALL });
  it.each<[string, object | string, string | RegExp]>([
    ['no inputs', {}, 'Cannot take the request: the field inputs must be given.'],
    [
      'another output',
      { inputs: ALL, outputs: [{ name: 'y' }] },
      'Cannot take the request: outputs.0.name must be one of out_sample, received "y".',
    ],
    [
      'an output as classes',
      { inputs: ALL, outputs: [{ name: 'out_sample', parameters: { classification: 3 } }] },
      /classification must be left out/,
    ],
    [
      'a flag that is none',
      { inputs: ALL, parameters: { binary_data_output: 1 } },
      /binary_data must be true or false/,
    ],
    ['too few values', first({ data: [1, 2] }), /sample must hold 8 values, received 2\.$/],
    ['a text', first({ data: [1, '8'] }), /sample\[1\] must be a number, received string\.$/],
    ['no array', first({ data: 'AAAA' }), /sample must hold its data in an array, or .* received string\.$/],
    [
      'neither data nor bytes',
      first({ data: undefined }),
      /sample must hold its data in an array, or .* received none\.$/,
    ],
    [
      'both',
      first({ parameters: { binary_data_size: 32 } }),
      /sample must have data or a binary_data_size, received both\.$/,
    ],
    ['bytes that are not there', sized(32), /sample must have 32 bytes after the JSON, received 0\.$/],
    ['another size', sized('32'), /sample must have a binary_data_size of 32, received 32\.$/],
    ['what JSON cannot hold', text.replace('7,8]', '7,1e400]'), /received Infinity\.$/],
    ['NaN', text.replace('7,8]', '7,NaN]'), /is not valid JSON": JSON has no NaN and no Infinity\.$/],
    ['no JSON', text.replace('7,8]', '7,x]'), /is not valid JSON"\.$/],
  ])('is refused with %s', async (_, body, message) => {
    const { status, json } = await post(typeof body === 'string' ? body : JSON.stringify(body));
    expect([status, json.error]).toEqual([400, typeof message === 'string' ? message : expect.stringMatching(message)]);
  });

  it.each<[Record<string, string>, number, RegExp]>([
    [{ 'inference-header-content-length': '100000' }, 400, /must be a number of bytes, at most the body's \d+\.$/],
    [{ 'inference-header-content-length': '-1' }, 400, /must be a number of bytes/],
    [{ 'inference-header-content-length': '5' }, 400, /its body must be JSON/],
    [
      { 'inference-header-content-length': `${text.length}` },
      400,
      /inputs must account for all bytes .* received 4 more\.$/,
    ],
    [{ 'content-encoding': 'gzip' }, 415, /must not be compressed/],
    [{ 'content-type': 'text/plain' }, 415, /its content-type must be/],
  ])('is refused with %j', async (headers, wanted, message) => {
    const { status, json } = await post(`${text}more`, headers);
    expect([status, json.error]).toEqual([wanted, expect.stringMatching(message)]);
  });

  it.each([
    ['broken', false, 'NaN'],
    ['broken', true, 'NaN'],
    ['endless', false, 'Infinity'],
  ])('of a network whose output is not finite is its fault, %s, in bytes: %s', async (model, binary, received) => {
    const { status, json } = await post(JSON.stringify({ inputs: plain, parameters: { binary_data_output: binary } }), {
      model,
    });
    expect([status, json.error]).toEqual([
      500,
      `Cannot call the network: its output must be finite numbers, received ${received} (timestep 10).`,
    ]);
  });
});

it('pictures of a network whose output is not finite are its fault, and others are made', async () => {
  const message =
    "Cannot sample images: the network's output must be finite numbers, received NaN at step 1 of 4 (timestep 80, seed 3).";
  for (const headers of [{}, { accept: 'image/png' }]) {
    const { status, json } = await ask(server(), IMAGES, {
      body: { model: 'broken', steps: 4, seed: 3, n: 3 },
      headers,
    });
    expect(status).toBe(500);
    expect(json).toEqual({ error: { message, type: 'server_error', param: null, code: 'model_failed' } });
  }
  await expect.poll(() => lines.some((line) => line.includes(message)), { timeout: 20_000 }).toBe(true);
  expect((await ask(server(), IMAGES, { body: { model: 'plain', steps: 1 } })).status).toBe(200);
});

it.each<[string, object, number, string]>([
  ['another model', { model_name: 'none' }, code.NOT_FOUND, 'There is no model of that name. There are: told, plain'],
  ['another version', { model_version: '2' }, code.NOT_FOUND, 'no such version'],
  ['no sample', { inputs: [] }, code.INVALID_ARGUMENT, 'inputs must have sample'],
  ['another output', { outputs: [{ name: 'y' }] }, code.INVALID_ARGUMENT, 'outputs must be out_sample, received y'],
  [
    'too few bytes',
    { raw_input_contents: [Buffer.alloc(3)] },
    code.INVALID_ARGUMENT,
    'timestep must have a binary_data_size of 8, received 3',
  ],
])('gRPC refuses %s in a sentence', async (_, change, wanted, message) => {
  const inputs = ALL.map(({ data: _, ...input }) => ({ ...input, contents: {} }));
  await expect(
    grpcCaller(server().grpcPort!)('ModelInfer', { model_name: 'told', inputs, ...change }),
  ).rejects.toMatchObject({ code: wanted, details: expect.stringContaining(message) });
});
