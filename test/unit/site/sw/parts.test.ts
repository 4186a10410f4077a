import { expect, it } from 'vitest';
import { type BuiltFile, locate, namedByContent, partOf as partOfPage, storedOnUse } from '#site/sw/files.ts';
import { isolated, parseRange, partOf } from '#site/sw/respond.ts';

const SCOPE = 'https://host/a/b/';
const file = (path: string, bytes = 10): BuiltFile => ({ path, hash: 'h', bytes });

it.each<[string, string?]>([
  [SCOPE, 'index.html'],
  [`${SCOPE}?source=pwa#/sample?seed=7`, 'index.html'],
  [`${SCOPE}assets/app-12345678.js?x`, 'assets/app-12345678.js'],
  [`${SCOPE}models/my%20model/README.md`, 'models/my model/README.md'],
  ['https://host/a/'],
  ['https://host/index.html'],
  [`${SCOPE}missing.js`],
  [`${SCOPE}%E0%A4%A`],
  ['https://other/a/b/'],
])('locate finds for %s the file %s', (url, path) => {
  const files = ['index.html', 'assets/app-12345678.js', 'models/my model/README.md'].map((path) => file(path));
  expect(locate(files, SCOPE, url)?.path).toBe(path);
});

it.each([
  ['index.html', false, undefined, false],
  ['assets/index-B4_-x9Zq.js', false, undefined, true],
  ['assets/models.json', false, undefined, false],
  ['models/x/README.md', true, undefined, false],
  ['learn/uses/x.webp', true, 'learn', false],
  ['learn/recorded-hands.webp', false, undefined, false],
  ['assets/improve-12345678.js', false, 'learn', true],
  ['assets/exercise-list-12345678.js', true, undefined, true],
  ['training/digits/train/step.onnx', false, 'train', false],
  ['assets/onnoise-trainer-12345678.js', false, 'train', true],
  ['assets/o.wasm', true, undefined, false],
  ['assets/ort.wasm.bundle.min-12345678.js', true, undefined, true],
])('%s is stored on use: %s, of the part %s, named by its content: %s', (path, onUse, part, byContent) => {
  const chapters = new Set(['assets/improve-12345678.js']);
  expect([storedOnUse(file(path)), partOfPage(path, chapters), namedByContent(path)]).toEqual([onUse, part, byContent]);
  expect(storedOnUse(file(path, 2e6)), 'megabytes').toBe(true);
});

it('isolated adds its headers over those of the host, keeps the rest, and leaves what cannot be rebuilt', async () => {
  const headers = { 'x-host': 'y', 'cross-origin-embedder-policy': 'unsafe-none' };
  const response = isolated(new Response('gone', { status: 404, headers }));
  expect([response.status, await response.text(), Object.fromEntries(response.headers)]).toMatchObject([
    ...[404, 'gone'],
    { 'x-host': 'y', 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' },
  ]);
  const opaque = Response.error();
  expect([isolated(opaque), isolated(new Response(null, { status: 204 })).status]).toEqual([opaque, 204]);
});

it.each([
  ['bytes=0-3', { first: 0, last: 3 }],
  ['bytes=4-', { first: 4, last: 9 }],
  ['bytes=-3', { first: 7, last: 9 }],
  ['bytes=-30', { first: 0, last: 9 }],
  ['bytes=8-100', { first: 8, last: 9 }],
  ['bytes=10-', 'outside'],
  ['bytes=-0', 'outside'],
  ['bytes=3-2', undefined],
  ['bytes=0-1,4-5', undefined],
  ['bytes=-', undefined],
  ['items=0-3', undefined],
])('parseRange reads %s of ten bytes', (header, range) => expect(parseRange(header, 10)).toEqual(range));

it.each([
  ['bytes=2-4', 206, '234', 'bytes 2-4/10', '3'],
  ['bytes=10-', 416, '', 'bytes */10', null],
  ['bytes=0-1,3-4', 200, '0123456789', null, '10'],
])('partOf gives %s with its place, or says that there is none', async (range, status, text, place, length) => {
  const part = await partOf(new Response('0123456789', { headers: { 'content-length': '10' } }), range);
  expect([part.status, part.headers.get('content-range')]).toEqual([status, place]);
  if (status !== 416) expect([await part.text(), part.headers.get('content-length')]).toEqual([text, length]);
});
