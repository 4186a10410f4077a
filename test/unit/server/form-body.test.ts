import Fastify from 'fastify';
import { expect, it } from 'vitest';
import { takeForms } from '#server/bodies/form-body.ts';

const FIELDS = {
  n: { type: ['integer', 'null'] },
  prompt: { type: ['string', 'null'] },
  image: { type: 'string', format: 'binary' },
  stream: { type: 'boolean' },
  label: { type: ['integer', 'string', 'array', 'null'] },
  condition: { type: ['object', 'null'] },
  guidance_interval: { type: ['array', 'null'] },
  masks: { type: 'array', items: { type: 'string', format: 'binary' } },
};

async function read(form: FormData) {
  const app = Fastify();
  takeForms(app, FIELDS);
  app.post('/', async ({ body, files }) => ({
    body,
    files: Object.fromEntries([...files].map(([k, v]) => [k, v.map((one) => [...one])])),
  }));
  const made = new Response(form);
  const headers = { 'content-type': made.headers.get('content-type')! };
  const answer = await app.inject({
    method: 'POST',
    url: '/',
    headers,
    payload: Buffer.from(await made.arrayBuffer()),
  });
  return { status: answer.statusCode, text: answer.payload, json: answer.json() };
}

it('gives fields the types of their schemas, and leaves to the schema what has none of them', async () => {
  const form = new FormData();
  const texts = { n: '2', prompt: '7', stream: 'true', label: '1', other: '5' };
  for (const [name, text] of Object.entries(texts)) form.append(name, text);
  expect((await read(form)).json.body).toEqual({ n: 2, prompt: '7', stream: true, label: '1', other: '5' });
  const wrong = new FormData();
  for (const [name, text] of [
    ['n', 'two'],
    ['stream', 'yes'],
  ] as const)
    wrong.append(name, text);
  expect((await read(wrong)).json.body).toEqual({ n: 'two', stream: 'yes' });
});

it('reads arrays and objects as clients write them', async () => {
  const form = new FormData();
  for (const [name, text] of [
    ['label[]', '3'],
    ['guidance_interval[]', '10'],
    ['guidance_interval[]', '90.5'],
    ['condition[age]', '120'],
    ['condition[weight][]', '1'],
    ['condition[weight][]', '2'],
  ] as const) {
    form.append(name, text);
  }
  expect((await read(form)).json.body).toEqual({
    label: ['3'],
    guidance_interval: [10, 90.5],
    condition: { age: 120, weight: [1, 2] },
  });
});

it('keeps the bytes of files, and their names as the fields', async () => {
  const form = new FormData();
  form.append('image[]', new Blob([Uint8Array.of(0, 13, 10, 255)]), 'a.png');
  expect((await read(form)).json).toEqual({ body: { image: 'a.png' }, files: { image: [[0, 13, 10, 255]] } });
  for (const name of ['masks', 'masks[]', 'masks[0]']) {
    const several = new FormData();
    several.append(name, new Blob([Uint8Array.of(1)]), 'a.png');
    several.append(name.replace('0', '1'), new Blob([Uint8Array.of(2, 3)]), 'b.png');
    expect((await read(several)).json).toEqual({
      body: { masks: ['a.png', 'b.png'] },
      files: { masks: [[1], [2, 3]] },
    });
  }
});

it('takes names of what all objects have as names', async () => {
  const form = new FormData();
  form.append('__proto__[polluted]', '1');
  form.append('constructor', 'x');
  expect((await read(form)).text).toContain('{"__proto__":{"polluted":1},"constructor":"x"}');
});

it.each<[string, [string, string | Blob][], string]>([
  [
    'a text, then a file',
    [
      ['image', 'x'],
      ['image', new Blob(['y'])],
    ],
    'image must be given once.',
  ],
  [
    'a file, then a text',
    [
      ['image', new Blob(['y'])],
      ['image[]', 'x'],
    ],
    'image must be one file, received several values.',
  ],
  [
    'two files',
    [
      ['image', new Blob(['y'])],
      ['image', new Blob(['z'])],
    ],
    'image must be one file, received several values.',
  ],
  [
    'a text among files',
    [
      ['masks', new Blob(['y'])],
      ['masks', 'x'],
    ],
    'masks must be files, received a text.',
  ],
  ['a file for a text', [['prompt', new Blob(['y'])]], 'prompt must be a text, received a file.'],
])('refuses %s', async (_, parts, message) => {
  const form = new FormData();
  for (const [name, value] of parts) {
    if (typeof value === 'string') form.append(name, value);
    else form.append(name, value, 'cat');
  }
  const { status, text } = await read(form);
  expect(status).toBe(400);
  expect(text).toContain(message);
});
