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

async function read(parts: readonly (readonly [string, string | Uint8Array<ArrayBuffer>])[]) {
  const app = Fastify();
  takeForms(app, FIELDS);
  app.post('/', async ({ body, files }) => ({
    body,
    files: Object.fromEntries([...files].map(([k, v]) => [k, v.map((one) => [...one])])),
  }));
  const form = new FormData();
  for (const [name, value] of parts) {
    if (typeof value === 'string') form.append(name, value);
    else form.append(name, new Blob([value]), 'a.png');
  }
  const made = new Response(form);
  const headers = { 'content-type': made.headers.get('content-type')! };
  const payload = Buffer.from(await made.arrayBuffer());
  const answer = await app.inject({ method: 'POST', url: '/', headers, payload });
  return { status: answer.statusCode, text: answer.payload };
}

it('gives fields the types of their schemas, and leaves to the schema what has none of them', async () => {
  const several = (name: string) => [
    [name, Uint8Array.of(1)] as const,
    [name.replace('0', '1'), Uint8Array.of(2, 3)] as const,
  ];
  const two = { body: { masks: ['a.png', 'a.png'] }, files: { masks: [[1], [2, 3]] } };
  for (const [parts, expected] of [
    [
      Object.entries({ n: '2', prompt: '7', stream: 'true', label: '1', other: '5' }),
      { body: { n: 2, prompt: '7', stream: true, label: '1', other: '5' } },
    ],
    [Object.entries({ n: 'two', stream: 'yes' }), { body: { n: 'two', stream: 'yes' } }],
    [
      [
        ['label[]', '3'],
        ['guidance_interval[]', '10'],
        ['guidance_interval[]', '90.5'],
        ['condition[age]', '120'],
        ['condition[weight][]', '1'],
        ['condition[weight][]', '2'],
      ],
      { body: { label: ['3'], guidance_interval: [10, 90.5], condition: { age: 120, weight: [1, 2] } } },
    ],
    [[['image[]', Uint8Array.of(0, 13, 10, 255)]], { body: { image: 'a.png' }, files: { image: [[0, 13, 10, 255]] } }],
    ...['masks', 'masks[]', 'masks[0]'].map((name) => [several(name), two] as const),
  ] as const) {
    const { text } = await read(parts as Parameters<typeof read>[0]);
    expect(JSON.parse(text)).toEqual({ files: {}, ...expected });
  }
});

it('takes names of what all objects have as names', async () => {
  const { text } = await read(Object.entries({ '__proto__[polluted]': '1', constructor: 'x' }));
  expect(text).toContain('{"__proto__":{"polluted":1},"constructor":"x"}');
});

const FILE = Uint8Array.of(1);
it.each<[string, Parameters<typeof read>[0], string]>([
  [
    'a text, then a file',
    [
      ['image', 'x'],
      ['image', FILE],
    ],
    'image must be given once.',
  ],
  [
    'a file, then a text',
    [
      ['image', FILE],
      ['image[]', 'x'],
    ],
    'image must be one file, received several values.',
  ],
  [
    'two files',
    [
      ['image', FILE],
      ['image', FILE],
    ],
    'image must be one file, received several values.',
  ],
  [
    'a text among files',
    [
      ['masks', FILE],
      ['masks', 'x'],
    ],
    'masks must be files, received a text.',
  ],
  ['a file for a text', [['prompt', FILE]], 'prompt must be a text, received a file.'],
])('refuses %s', async (_, parts, message) => {
  const { status, text } = await read(parts);
  expect(status).toBe(400);
  expect(text).toContain(message);
});
