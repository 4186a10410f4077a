/** Which pages and names a server answers, on real sockets: only there is an address that it listens on. */
import { request } from 'node:http';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ServerOptions } from '#server/index.ts';
import { completeOptions } from '#server/options/options.ts';
import { isLoopback } from '#server/options/origins.ts';
import { exchange } from '#test/load/raw.ts';
import { tinyArtefact } from '#test/models/tiny-onnx.ts';
import { ask, IMAGES, useServer } from '#test/server.ts';

const KEY = 'a-key-of-the-tests-1234';

interface Sent {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
}

/** Sends a request with these headers and no others but `Host`. */
function send(port: number, path: string, { method, headers = {}, body }: Sent = {}) {
  const lines = { host: `localhost:${port}`, ...headers, ...(body && { 'content-length': Buffer.byteLength(body) }) };
  return new Promise<{ status: number; text: string; id: unknown; cors: unknown }>((resolve, reject) => {
    const outgoing = request({ port, path, method: method ?? (body ? 'POST' : 'GET'), headers: lines }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (part: string) => {
        text += part;
      });
      answer.on('end', () => {
        const { 'x-request-id': id, 'access-control-allow-origin': cors } = answer.headers;
        resolve({ status: answer.statusCode!, text, id, cors });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** A server with a tiny model that listens before the tests of a suite. */
function useListening(options: object = {}, host = '127.0.0.1') {
  const server = useServer(async (folder) => ({
    models: { tiny: await tinyArtefact({}, { out: join(folder, 'tiny') }) },
    device: 'cpu',
    ...options,
  }));
  let port = 0;
  beforeAll(async () => {
    port = Number(new URL(await server().listen({ host, port: 0 })).port);
  });
  return { server, port: () => port };
}

const PICTURE = JSON.stringify({ n: 1, steps: 1, seed: 1 });
const JSON_BODY = { 'content-type': 'application/json' };
const FORM = [
  '--x\r\ncontent-disposition: form-data; name="image"; filename="a.png"\r\ncontent-type: image/png\r\n\r\nno picture\r\n',
  '--x--\r\n',
].join('');
const CALL = JSON.stringify({
  inputs: [
    { name: 'sample', datatype: 'FP32', shape: [1, 1, 4, 4], data: new Array(16).fill(0) },
    { name: 'timestep', datatype: 'FP32', shape: [1], data: [1] },
  ],
});

/** Every kind of request that a page can have a browser send, and some that it cannot. */
const REQUESTS: [string, string, Sent][] = [
  ['a picture', IMAGES, { body: PICTURE, headers: JSON_BODY }],
  ['a picture as text', IMAGES, { body: PICTURE, headers: { 'content-type': 'text/plain' } }],
  ['a form', '/v1/images/edits', { body: FORM, headers: { 'content-type': 'multipart/form-data; boundary=x' } }],
  ['a form', '/v1/images/variations', { body: FORM, headers: { 'content-type': 'multipart/form-data; boundary=x' } }],
  ['a call without a content type', '/v2/models/tiny/infer', { body: CALL }],
  ['a call as JSON', '/v2/models/tiny/infer', { body: CALL, headers: JSON_BODY }],
  ['an image', '/v1/models', {}],
  ['a head', '/v1/models', { method: 'HEAD' }],
  ['metadata', '/v2', {}],
  ['numbers', '/metrics', {}],
  ['a description', '/openapi.json', {}],
  ['a script', '/page.js', {}],
  ['a preflight', IMAGES, { method: 'OPTIONS', headers: { 'access-control-request-method': 'POST' } }],
  ['nothing', '/none', {}],
];

const FOREIGN: Record<string, string>[] = [
  { origin: 'https://evil.example' },
  { origin: 'null' },
  { origin: 'http://localhost:1' },
  { origin: 'chrome-extension://abcdefgh', 'sec-fetch-site': 'none' },
  { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
  { origin: 'http://localhost:1', 'sec-fetch-site': 'same-site' },
  { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' },
  { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' },
  { origin: 'null', 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
];

describe('a server on this machine', () => {
  const { server, port } = useListening();

  it.each(FOREIGN)('refuses whatever a page of another origin sends, %j', async (headers) => {
    for (const [what, path, sent] of REQUESTS) {
      const { status, id } = await send(port(), path, { ...sent, headers: { ...sent.headers, ...headers } });
      expect([what, status, id]).toEqual([what, 403, expect.stringMatching(/^[\w-]{36}$/)]);
    }
    const numbers = (await ask(server(), '/metrics')).body.toString();
    expect(numbers).toMatch(/^onnoise_batch_images_count 0$/m);
  });

  it("says why in each API's form, in one sentence", async () => {
    const headers = { ...JSON_BODY, origin: 'https://evil.example' };
    const message =
      "Cannot take the request: it must come from this server's own page or an origin given with --cors-origin, " +
      'received one from "https://evil.example".';
    const openai = await send(port(), IMAGES, { body: PICTURE, headers });
    expect(JSON.parse(openai.text)).toEqual({
      error: { message, type: 'invalid_request_error', param: null, code: 'origin_not_allowed' },
    });
    const kserve = await send(port(), '/v2/models/tiny/infer', { body: CALL, headers });
    expect(JSON.parse(kserve.text)).toEqual({ error: message });
    const image = await send(port(), '/v1/models', { headers: { 'sec-fetch-site': 'cross-site' } });
    expect(JSON.parse(image.text).error.message).toMatch(/received one from a cross-site page\.$/);
  });

  it('tells every page whether it is healthy, and opens for a link', async () => {
    for (const headers of FOREIGN) {
      for (const path of ['/v2/health/live', '/v2/health/ready']) {
        expect([path, (await send(port(), path, { headers })).status]).toEqual([path, 200]);
      }
    }
    const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
    const status = async (path: string) => [path, (await send(port(), path, { headers: link })).status];
    for (const path of ['/', '/docs/']) expect(await status(path)).toEqual([path, 200]);
    for (const path of ['/v1/models', '/metrics', '/v2']) expect(await status(path)).toEqual([path, 403]);
  });

  it.each([
    {},
    { 'sec-fetch-site': 'same-origin' },
    { 'sec-fetch-site': 'none' },
    { origin: 'own' },
    { origin: 'own', 'sec-fetch-site': 'same-origin' },
    // A proxy that changes Host, seen from the page that it serves.
    { origin: 'https://pictures.example.org', 'sec-fetch-site': 'same-origin' },
  ])('answers clients that are no browsers, and its own page, %j', async (given: Record<string, string>) => {
    const origin = given.origin === 'own' ? { origin: `http://localhost:${port()}` } : {};
    const headers = { ...given, ...origin };
    for (const [what, path, sent] of [REQUESTS[0]!, REQUESTS[4]!, REQUESTS[6]!]) {
      const { status, text } = await send(port(), path, { ...sent, headers: { ...sent.headers, ...headers } });
      expect([what, status, text]).toEqual([what, 200, expect.anything()]);
    }
  });

  it.each([
    ['localhost', 200],
    ['localhost:1', 200],
    ['LOCALHOST.:8000', 200],
    ['digits.localhost:8000', 200],
    ['127.0.0.1', 200],
    ['127.1.2.3:8000', 200],
    ['[::1]:8000', 200],
    ['evil.example', 403],
    ['evil.example:8000', 403],
    ['localhost.evil.example', 403],
    ['127.0.0.1.evil.example', 403],
    ['evillocalhost', 403],
    ['192.0.2.7:8000', 403],
    ['[fd00::1]:8000', 403],
    ['[::', 403],
  ])('asked as "%s" it answers %i', async (host, expected) => {
    const origin = { origin: `http://${host}`, 'sec-fetch-site': 'same-origin' }; // of a page that poses as its own
    for (const extra of [{}, origin] as Record<string, string>[]) {
      const { status, text } = await send(port(), IMAGES, { body: PICTURE, headers: { ...JSON_BODY, ...extra, host } });
      expect(status, text).toBe(expected);
    }
    expect((await send(port(), '/', { headers: { host } })).status).toBe(expected);
    expect((await send(port(), '/v2/health/ready', { headers: { host } })).status).toBe(200);
  });

  it('refuses a request for no host', async () => {
    const { status } = await exchange(port(), 'GET /v1/models HTTP/1.0\r\n\r\n');
    expect(status).toBe(403);
  });

  it('names the option that allows a host', async () => {
    const { text } = await send(port(), '/v2', { headers: { host: 'evil.example' } });
    expect(JSON.parse(text)).toEqual({
      error:
        'Cannot take the request: Host must be localhost or a name given with --allowed-host, received "evil.example".',
    });
  });
});

describe('a server with named origins and hosts', () => {
  const { port } = useListening({
    apiKeys: [KEY],
    corsOrigins: ['https://page.example'],
    allowedHosts: ['Pictures.example', '192.0.2.7', 'fd00::1', 'bücher.example'],
  });
  const keyed = { ...JSON_BODY, authorization: `Bearer ${KEY}` };

  it('lets their pages send, and no others', async () => {
    for (const [origin, status] of [
      ['https://page.example', 200],
      ['http://page.example', 403],
      ['https://page.example:444', 403],
      ['https://evil.example', 403],
    ] as const) {
      const headers = { ...keyed, origin, 'sec-fetch-site': 'cross-site' };
      const answer = await send(port(), IMAGES, { body: PICTURE, headers });
      expect([origin, answer.status, answer.cors]).toEqual([origin, status, status === 200 ? origin : undefined]);
    }
  });

  it('asks browsers for no key before it says that a page may send one', async () => {
    const headers = { origin: 'https://page.example', 'access-control-request-method': 'POST' };
    const { status, cors, id } = await send(port(), IMAGES, { method: 'OPTIONS', headers });
    expect([status, cors, id]).toEqual([204, 'https://page.example', expect.any(String)]);
  });

  it('answers under the named hosts, whatever the port, and its own', async () => {
    for (const [host, status] of [
      ['pictures.example:8443', 200],
      ['192.0.2.7', 200],
      ['[fd00::1]:8000', 200],
      ['xn--bcher-kva.example', 200],
      ['localhost:8000', 200],
      ['www.pictures.example', 403],
      ['evil.example', 403],
    ] as const) {
      expect([host, (await send(port(), IMAGES, { body: PICTURE, headers: { ...keyed, host } })).status]).toEqual([
        host,
        status,
      ]);
    }
  });
});

const OPEN: [string, Partial<ServerOptions>, string][] = [
  ['with keys', { apiKeys: [KEY] }, '127.0.0.1'],
  ['on all addresses', {}, '0.0.0.0'],
  ['with any host allowed', { allowedHosts: ['*'] }, '127.0.0.1'],
];
describe.each(OPEN.slice(0, 1))('a server %s', answersAnyName);
describe.each(OPEN.slice(1))('a server %s', { tags: 'long' }, answersAnyName);

function answersAnyName(_: string, options: Partial<ServerOptions>, host: string): void {
  const { port } = useListening(options, host);

  it('answers under any name, to its own page', async () => {
    const headers = { ...JSON_BODY, authorization: `Bearer ${KEY}`, host: 'pictures.example' };
    const own = { ...headers, origin: 'https://pictures.example' };
    expect((await send(port(), IMAGES, { body: PICTURE, headers: own })).status).toBe(200);
    const foreign = { ...headers, origin: 'https://evil.example' };
    expect((await send(port(), IMAGES, { body: PICTURE, headers: foreign })).status).toBe(403);
  });
}

describe('a server for pages of any origin', () => {
  const { port } = useListening({ corsOrigins: ['*'] });

  it('answers them, but not under any name', async () => {
    for (const headers of FOREIGN) {
      const sent = { body: PICTURE, headers: { ...JSON_BODY, ...headers } };
      expect((await send(port(), IMAGES, sent)).status).toBe(200);
      const rebound = { body: PICTURE, headers: { ...sent.headers, host: 'evil.example' } };
      expect((await send(port(), IMAGES, rebound)).status).toBe(403);
    }
  });
});

describe('an allowed host', () => {
  it.each(['https://a.example', 'a.example:80', 'a.example/', '.a.example', '*.a.example', 'a b', '', '[::', 'u@a'])(
    'is not "%s"',
    (host) => {
      expect(() => completeOptions({ models: ['m'], allowedHosts: [host] })).toThrow(
        `Cannot start the server: allowedHosts[0] must be * or a host without scheme and port, such as pictures.example.org, received "${host}".`,
      );
    },
  );

  it('is a name, an address or any', () => {
    const allowedHosts = ['pictures.example.org', 'nas', '10.0.0.7', 'fd00::1', '[fd00::1]', '*'];
    expect(completeOptions({ models: ['m'], allowedHosts }).allowedHosts).toEqual(allowedHosts);
  });
});

it('knows addresses of this machine alone', () => {
  for (const host of ['127.0.0.1', '127.8.0.1', '::1', 'localhost'])
    expect([host, isLoopback(host)]).toEqual([host, true]);
  for (const host of ['0.0.0.0', '::', '10.0.0.1', '127.evil.example', 'nas']) {
    expect([host, isLoopback(host)]).toEqual([host, false]);
  }
});
