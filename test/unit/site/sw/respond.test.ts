import { beforeEach, describe, expect, it } from 'vitest';
import { type BuiltFile, type BuiltList, hashOf } from '#site/sw/files.ts';
import { respond, type Site, storeAll } from '#site/sw/respond.ts';
import { openStore } from '#site/sw/store.ts';
import { type FakeCaches, fakeCaches } from '#test/fake-caches.ts';

const SCOPE = 'https://host/a/b/';
const ENTRY = 'assets/app-12345678.js';

/** A host: its files by path, whether it can be reached, and the requests that it got. */
interface Host {
  files: Record<string, string>;
  online: boolean;
  asked: string[];
}

const version = (word: string) => ({
  'index.html': `<script src="./${ENTRY}"></script>${word}`,
  [ENTRY]: 'app',
  'models/x/unet/model.onnx': `network ${word}`,
});

async function listOf(files: Record<string, string>, name: string): Promise<BuiltList> {
  const built = Object.entries(files).map(async ([path, text]) => {
    const body = new TextEncoder().encode(text);
    const part = path.startsWith('training/') ? ('train' as const) : undefined;
    return { path, hash: await hashOf(body), bytes: body.byteLength, ...(part && { part }) };
  });
  return { version: name, entry: ENTRY, files: await Promise.all(built) };
}

let host: Host;
let caches: FakeCaches;
let time = 0;

async function siteOf(files: Record<string, string>, name: string): Promise<Site> {
  const fetch: Site['fetch'] = async (input) => {
    const url = typeof input === 'string' ? input : input.url;
    host.asked.push(url.slice(SCOPE.length));
    if (!host.online) throw new TypeError('Failed to fetch');
    const path = new URL(url).href.slice(SCOPE.length).split('?')[0] || 'index.html';
    const text = host.files[path];
    return text === undefined ? new Response('none', { status: 404 }) : new Response(text);
  };
  return { list: await listOf(files, name), scope: SCOPE, store: openStore(caches, SCOPE, () => ++time), fetch };
}

async function ask(site: Site, path: string, init?: RequestInit): Promise<{ response: Response; text: string }> {
  const works: Promise<unknown>[] = [];
  const response = await respond(site, new Request(SCOPE + path, init), (work) => works.push(work));
  const text = await response.text();
  await Promise.all(works);
  return { response, text };
}

beforeEach(() => {
  host = { files: version('one'), online: true, asked: [] };
  caches = fakeCaches();
});

describe('respond', () => {
  it('gives parts of a stored file, and leaves parts of others to the host', async () => {
    const site = await siteOf(host.files, '1');
    const range = { headers: { range: 'bytes=0-6' } };
    await ask(site, 'models/x/unet/model.onnx', range);
    expect(Object.values(caches.contents()).flat()).toEqual([]);
    await ask(site, 'models/x/unet/model.onnx');
    const { response, text } = await ask(site, 'models/x/unet/model.onnx', range);
    expect([response.status, text]).toEqual([206, 'network']);
  });

  it('does not store a failure or what another version left on the host', async () => {
    const site = await siteOf(host.files, '1');
    host.files = { ...host.files, 'models/x/unet/model.onnx': 'network two' };
    expect((await ask(site, 'models/x/unet/model.onnx')).text).toBe('network two');
    host.files = {};
    expect((await ask(site, ENTRY)).response.status).toBe(404);
    expect(Object.values(caches.contents()).flat()).toEqual([]);
  });

  it('answers from the network where the storage fails', async () => {
    caches.open = async () => Promise.reject(new DOMException('No.', 'SecurityError'));
    expect((await ask(await siteOf(host.files, '1'), ENTRY)).text).toBe('app');
  });

  it('answers although there is no room to store', async () => {
    caches.room = 2;
    expect((await ask(await siteOf(host.files, '1'), 'models/x/unet/model.onnx')).text).toBe('network one');
    expect(Object.values(caches.contents()).flat()).toEqual([]);
  });
});

describe('storeAll', () => {
  it('takes a start page that the host has changed, but not that of another version', async () => {
    const site = await siteOf(host.files, '1');
    host.files = { ...host.files, 'index.html': `<script src="./${ENTRY}"></script><!-- served by host -->` };
    expect(await storeAll(site)).toEqual([]);
    caches = fakeCaches();
    host.files = { ...host.files, 'index.html': '<script src="./assets/app-87654321.js"></script>' };
    expect(await storeAll(await siteOf(version('one'), '1'))).toEqual(['index.html']);
  });
});

describe('openStore', () => {
  it('downloads only what an update changed, and keeps the version before it for open tabs', async () => {
    const take = async (site: Site) => {
      await storeAll(site);
      await site.store.remember(site.list);
      await site.store.prune(2);
    };
    const sites: Site[] = [];
    for (const word of ['one', 'two', 'three']) {
      host = { ...host, files: version(word), asked: [] };
      const site = await siteOf(host.files, word);
      sites.push(site);
      await take(site);
    }
    expect(host.asked).toEqual(['']); // the script stayed
    host.online = false;
    expect((await ask(sites[2]!, '')).text).toContain('three');
    expect((await ask(sites[1]!, '')).text).toContain('two');
    expect(await sites[0]!.store.get(sites[0]!.list.files[0]!)).toBeUndefined();
  });

  it('makes room by what older versions left, never by what the version on its way has stored', async () => {
    const large = (text: string) => new Response(text.padEnd(1000));
    caches.room = 5200; // fits three versions, their lists and one page more
    for (const word of ['one', 'two', 'three']) {
      const { store, list } = await siteOf(version(word), word);
      await store.put(list.files[0]!, large(word));
      await store.remember(list);
    }
    const next = await siteOf(version('four'), 'four');
    const [page, script] = next.list.files as [BuiltFile, BuiltFile];
    await next.store.put(page, large('four'));
    expect(await next.store.put(script, large('app'))).toBe(true);
    const kept = await Promise.all([page, script].map((file) => next.store.get(file)));
    expect(await Promise.all(kept.map(async (response) => (await response?.text())?.trim()))).toEqual(['four', 'app']);
    const oldest = await siteOf(version('one'), 'one');
    expect(await oldest.store.get(oldest.list.files[0]!)).toBeUndefined();
  });
});
