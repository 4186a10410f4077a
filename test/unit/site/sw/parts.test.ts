import { describe, expect, it } from 'vitest';
import { type BuiltFile, hashOf, locate, namedByContent, partOf as partOfPage, storedOnUse } from '#site/sw/files.ts';
import { described, isolated } from '#site/sw/headers.ts';
import { onceMore } from '#site/sw/isolation.ts';
import { type Memory, noteIsolated, noteReload, triedInVain } from '#site/sw/memory.ts';
import { parseRange, partOf } from '#site/sw/range.ts';

const SCOPE = 'https://host/a/b/';
const file = (path: string, bytes = 10): BuiltFile => ({ path, hash: 'h', bytes });

describe('locate', () => {
  const files = ['index.html', 'assets/app-12345678.js', 'models/my model/README.md'].map((path) => file(path));

  it.each([
    [SCOPE, 'index.html'],
    [`${SCOPE}index.html`, 'index.html'],
    [`${SCOPE}?source=pwa#/sample?seed=7`, 'index.html'],
    [`${SCOPE}assets/app-12345678.js?x`, 'assets/app-12345678.js'],
    [`${SCOPE}models/my%20model/README.md`, 'models/my model/README.md'],
  ])('finds %s', (url, path) => expect(locate(files, SCOPE, url)?.path).toBe(path));

  it.each([
    'https://host/a/',
    'https://host/index.html',
    `${SCOPE}missing.js`,
    `${SCOPE}%E0%A4%A`,
    'https://other/a/b/',
  ])('finds nothing for %s', (url) => expect(locate(files, SCOPE, url)).toBeUndefined());
});

describe('storedOnUse', () => {
  it('leaves models, what one figure needs and megabytes until they are used', () => {
    const paths = [
      file('index.html'),
      file('models/x/README.md'),
      file('learn/uses/x.webp'),
      file('assets/families-12345678.js'),
      file('assets/o.wasm'),
      file('assets/ort.wasm.bundle.min-12345678.js'),
      file('assets/x.bin', 2e6),
    ];
    expect(paths.map(storedOnUse)).toEqual([false, true, true, true, true, true, true]);
  });
});

describe('partOf, of a file', () => {
  it('knows what chapters and training alone need, and not what the first view plays', () => {
    const chapters = new Set(['assets/improve-12345678.js']);
    const parts = [
      'index.html',
      'assets/improve-12345678.js',
      'assets/sample-12345678.js',
      'learn/recorded-training.png',
      'learn/recorded-hands.webp',
      'training/digits/train/step.onnx',
      'assets/onnoise-trainer-12345678.js',
      'assets/onnoise-worker-12345678.js',
    ].map((path) => partOfPage(path, chapters));
    expect(parts).toEqual([undefined, 'learn', undefined, 'learn', undefined, 'train', 'train', undefined]);
  });
});

describe('namedByContent', () => {
  it('trusts only the names that the build makes', () => {
    const names = ['assets/index-B4_-x9Zq.js', 'assets/models.json', 'index.html', 'models/assets/a-12345678.js'];
    expect(names.map(namedByContent)).toEqual([true, false, false, false]);
  });
});

describe('hashOf', () => {
  it('is the start of SHA-256', async () => {
    expect(await hashOf(new TextEncoder().encode('abc'))).toBe('ba7816bf8f01cfea');
  });
});

describe('isolated', () => {
  it('adds the headers and keeps status, body and the other headers', async () => {
    const response = isolated(new Response('gone', { status: 404, headers: { 'x-host': 'y' } }));
    expect([response.status, await response.text(), response.headers.get('x-host')]).toEqual([404, 'gone', 'y']);
    expect(response.headers.get('cross-origin-opener-policy')).toBe('same-origin');
    expect(response.headers.get('cross-origin-embedder-policy')).toBe('require-corp');
  });

  it('overrides headers of the host that would undo it', () => {
    const response = isolated(new Response('', { headers: { 'cross-origin-embedder-policy': 'unsafe-none' } }));
    expect(response.headers.get('cross-origin-embedder-policy')).toBe('require-corp');
  });

  it('handles statuses without a body', () => expect(isolated(new Response(null, { status: 204 })).status).toBe(204));

  it('leaves what cannot be rebuilt', () => {
    const opaque = Response.error();
    expect(isolated(opaque)).toBe(opaque);
  });
});

describe('described', () => {
  it('tells the real length and the right type of a compressed or mistyped transfer', () => {
    const headers = { 'content-encoding': 'br', 'content-length': '3', 'content-type': 'application/octet-stream' };
    const response = described(file('assets/ort.wasm', 26), new Response('abc', { headers }));
    expect(Object.fromEntries(response.headers)).toEqual({
      'content-length': '26',
      'content-type': 'application/wasm',
    });
  });

  it('keeps the type of what it does not know', () => {
    const response = described(file('a.png'), new Response('abc', { headers: { 'content-type': 'image/png' } }));
    expect(response.headers.get('content-type')).toBe('image/png');
  });
});

describe('parseRange', () => {
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
  ])('reads %s of ten bytes', (header, range) => expect(parseRange(header, 10)).toEqual(range));
});

describe('partOf', () => {
  const whole = () => new Response('0123456789', { headers: { 'content-length': '10', 'content-type': 'text/x' } });

  it('gives the part with its place', async () => {
    const part = await partOf(whole(), 'bytes=2-4');
    expect([part.status, await part.text()]).toEqual([206, '234']);
    expect(Object.fromEntries(part.headers)).toEqual({
      'content-length': '3',
      'content-range': 'bytes 2-4/10',
      'content-type': 'text/x',
    });
  });

  it('says that there is no such part', async () => {
    const part = await partOf(whole(), 'bytes=10-');
    expect([part.status, part.headers.get('content-range')]).toEqual([416, 'bytes */10']);
  });

  it('gives the whole where several parts are asked for', async () => {
    const part = await partOf(whole(), 'bytes=0-1,3-4');
    expect([part.status, await part.text()]).toEqual([200, '0123456789']);
  });
});

describe('onceMore', () => {
  const first = { isolated: false, embedded: false, touched: false, tried: false };

  it('loads the page again before the visitor has done anything', () => expect(onceMore(first)).toBe('reload'));
  it('asks a visitor who has begun', () => expect(onceMore({ ...first, touched: true })).toBe('offer'));
  it.each([{ isolated: true }, { embedded: true }, { tried: true }, { tried: true, touched: true }])(
    'lets the page be where it is %j',
    (situation) => expect(onceMore({ ...first, ...situation })).toBe('stay'),
  );
});

describe('triedInVain', () => {
  const memory = (): Memory => {
    const kept = new Map<string, string>();
    return { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => void kept.set(key, value) };
  };
  const full: Memory = {
    getItem: () => null,
    setItem: () => {
      throw new DOMException('Full.', 'QuotaExceededError');
    },
  };

  it('is true after a reload that did not isolate the page, and false again after one that did', () => {
    const [session, local] = [memory(), memory()];
    expect(triedInVain(session, local)).toBe(false);
    expect(noteReload(session, 1000)).toBe(true);
    expect(triedInVain(session, local)).toBe(true);
    noteIsolated(local, 2000);
    expect(triedInVain(session, local)).toBe(false);
    noteReload(session, 3000);
    expect(triedInVain(session, local)).toBe(true);
  });

  it('does not allow a reload that cannot be written down', () => {
    expect(noteReload(full)).toBe(false);
    expect(noteReload({ ...full, setItem: () => {} })).toBe(false);
    noteIsolated(full);
  });
});
