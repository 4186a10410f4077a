/** Which pages and names a server answers, on real sockets: only there is an address that it listens on. */
import { request } from 'node:http';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ServerOptions } from '#server/index.ts';
import { completeOptions } from '#server/options/options.ts';
import { isLoopback } from '#server/options/origins.ts';
import { exchange } from '#test/load/raw.ts';
import { tinyArtefact } from '#test/models/tiny-onnx.ts';
import { ask, IMAGES, useServer } from '#test/server.ts';

const KEY = 'a-key-of-the-tests-1234';

type Headers = Record<string, string>;
interface Sent {
  method?: string;
  headers?: Headers;
  body?: string;
}

/** Sends a request with these headers and no others but `Host`. */
function send(port: number, path: string, { method, headers = {}, body }: Sent = {}) {
  const sent = { host: `localhost:${port}`, ...headers, ...(body && { 'content-length': Buffer.byteLength(body) }) };
  return new Promise<{ status: number; text: string; headers: Headers }>((resolve, reject) => {
    request({ port, path, method: method ?? (body ? 'POST' : 'GET'), headers: sent }, async (answer) => {
      const text = (await buffer(answer)).toString();
      resolve({ status: answer.statusCode!, text, headers: answer.headers as Headers });
    })
      .on('error', reject)
      .end(body);
  });
}

/** A server with a tiny model that listens before the tests of a suite, and its answers. */
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
  const at = (path: string, sent?: Sent) => send(port, path, sent);
  const picture = (headers: Headers) => at(IMAGES, { body: PICTURE, headers: { ...JSON_BODY, ...headers } });
  return { server, port: () => port, at, picture };
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
const INFER = '/v2/models/tiny/infer';

/** Every kind of request that a page can have a browser send, and some that it cannot. */
const REQUESTS: [string, Sent][] = [
  [IMAGES, { body: PICTURE, headers: JSON_BODY }],
  [INFER, { body: CALL }],
  ['/v1/models', {}],
  [INFER, { body: CALL, headers: JSON_BODY }],
  [IMAGES, { body: PICTURE, headers: { 'content-type': 'text/plain' } }],
  ...['/v1/images/edits', '/v1/images/variations'].map((path): [string, Sent] => [
    path,
    { body: FORM, headers: { 'content-type': 'multipart/form-data; boundary=x' } },
  ]),
  ['/v1/models', { method: 'HEAD' }],
  [IMAGES, { method: 'OPTIONS', headers: { 'access-control-request-method': 'POST' } }],
  ...['/v2', '/metrics', '/openapi.json', '/page.js', '/none'].map((path): [string, Sent] => [path, {}]),
];

const EVIL = 'https://evil.example';
const CROSS = { 'sec-fetch-site': 'cross-site' };
const IMAGE = { ...CROSS, 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' };
const LINK = { ...CROSS, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
const FOREIGN: Headers[] = [
  { origin: EVIL },
  { origin: 'null' },
  { origin: 'http://localhost:1' },
  { origin: 'chrome-extension://abcdefgh', 'sec-fetch-site': 'none' },
  { origin: EVIL, ...CROSS },
  { origin: 'http://localhost:1', 'sec-fetch-site': 'same-site' },
  IMAGE,
  { ...IMAGE, 'sec-fetch-site': 'same-site' },
  { origin: 'null', ...LINK },
];

describe('a server on this machine', () => {
  const { server, port, at, picture } = useListening();

  it.each(FOREIGN)('refuses whatever a page of another origin sends but whether it is healthy, %j', async (headers) => {
    for (const [path, sent] of REQUESTS) {
      const { status, headers: told } = await at(path, { ...sent, headers: { ...sent.headers, ...headers } });
      expect([path, status, told['x-request-id']]).toEqual([path, 403, expect.stringMatching(/^[\w-]{36}$/)]);
    }
    for (const path of ['/v2/health/live', '/v2/health/ready']) expect((await at(path, { headers })).status).toBe(200);
    const numbers = (await ask(server(), '/metrics')).body.toString();
    expect(numbers).toMatch(/^onnoise_batch_images_count 0$/m);
  });

  it("says why in each API's form, in one sentence", async () => {
    const message =
      "Cannot take the request: it must come from this server's own page or an origin given with --cors-origin, " +
      `received one from "${EVIL}".`;
    expect(JSON.parse((await picture({ origin: EVIL })).text)).toEqual({
      error: { message, type: 'invalid_request_error', param: null, code: 'origin_not_allowed' },
    });
    expect(JSON.parse((await at(INFER, { body: CALL, headers: { origin: EVIL } })).text)).toEqual({ error: message });
    const image = await at('/v1/models', { headers: CROSS });
    expect(JSON.parse(image.text).error.message).toMatch(/received one from a cross-site page\.$/);
    const host = await at('/v2', { headers: { host: 'evil.example' } });
    expect(JSON.parse(host.text).error).toBe(
      'Cannot take the request: Host must be localhost or a name given with --allowed-host, received "evil.example".',
    );
  });

  it.each([
    ['/', 200],
    ['/docs/', 200],
    ['/v1/models', 403],
    ['/metrics', 403],
    ['/v2', 403],
  ])('opens %s for a link: %i', async (path, status) => {
    expect((await at(path, { headers: LINK })).status).toBe(status);
  });

  it.each([
    {},
    { 'sec-fetch-site': 'same-origin' },
    { 'sec-fetch-site': 'none' },
    { origin: 'own' },
    { origin: 'own', 'sec-fetch-site': 'same-origin' },
    // A proxy that changes Host, seen from the page that it serves.
    { origin: 'https://pictures.example.org', 'sec-fetch-site': 'same-origin' },
  ])('answers clients that are no browsers, and its own page, %j', async (given: Headers) => {
    const headers = { ...given, ...(given.origin === 'own' && { origin: `http://localhost:${port()}` }) };
    for (const [path, sent] of REQUESTS.slice(0, 3)) {
      expect((await at(path, { ...sent, headers: { ...sent.headers, ...headers } })).status, path).toBe(200);
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
    for (const answer of [
      await picture({ host }),
      await picture({ host, ...origin }),
      await at('/', { headers: { host } }),
    ])
      expect(answer.status, answer.text).toBe(expected);
    expect((await at('/v2/health/ready', { headers: { host } })).status).toBe(200);
  });

  it('refuses a request for no host', async () => {
    expect((await exchange(port(), 'GET /v1/models HTTP/1.0\r\n\r\n')).status).toBe(403);
  });
});

describe('a server with named origins and hosts', () => {
  const { at, picture } = useListening({
    apiKeys: [KEY],
    corsOrigins: ['https://page.example'],
    allowedHosts: ['Pictures.example', '192.0.2.7', 'fd00::1', 'bücher.example'],
  });
  const key = { authorization: `Bearer ${KEY}` };

  it.each([
    ['https://page.example', 200],
    ['http://page.example', 403],
    ['https://page.example:444', 403],
    [EVIL, 403],
  ])('answers pages of %s %i', async (origin, status) => {
    const answer = await picture({ ...key, origin, ...CROSS });
    const allowed = answer.headers['access-control-allow-origin'];
    expect([answer.status, allowed]).toEqual([status, status === 200 ? origin : undefined]);
  });

  it('asks browsers for no key before it says that a page may send one, with whatever headers its client has', async () => {
    const asked = 'authorization, traceparent, x-stainless-os';
    const headers = {
      origin: 'https://page.example',
      'access-control-request-method': 'POST',
      'access-control-request-headers': asked,
    };
    const answer = await at(IMAGES, { method: 'OPTIONS', headers });
    expect(answer.status).toBe(204);
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': 'https://page.example',
      'access-control-allow-headers': asked,
      'x-request-id': expect.any(String),
    });
  });

  it('lets pages show the pictures whose addresses they know, and nothing else', async () => {
    const body = JSON.stringify({ ...JSON.parse(PICTURE), response_format: 'url' });
    const made = await at(IMAGES, { body, headers: { ...JSON_BODY, ...key } });
    const { pathname } = new URL(JSON.parse(made.text).data[0].url);
    const { status, headers } = await at(pathname, { headers: IMAGE });
    const { 'cross-origin-resource-policy': policy, 'strict-transport-security': hsts } = headers;
    expect([status, policy, hsts]).toEqual([200, 'cross-origin', undefined]);
    expect((await at(pathname, { headers: { ...IMAGE, 'sec-fetch-dest': 'script' } })).status).toBe(403);
    expect((await at('/v1/models', { headers: { ...IMAGE, ...key } })).status).toBe(403);
  });

  it.each([
    ['pictures.example:8443', 200],
    ['192.0.2.7', 200],
    ['[fd00::1]:8000', 200],
    ['xn--bcher-kva.example', 200],
    ['localhost:8000', 200],
    ['www.pictures.example', 403],
    ['evil.example', 403],
  ])('asked as "%s" it answers %i', async (host, status) => {
    expect((await picture({ ...key, host })).status).toBe(status);
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
  const { picture } = useListening(options, host);

  it('answers under any name, to its own page', async () => {
    const headers = { authorization: `Bearer ${KEY}`, host: 'pictures.example' };
    expect((await picture({ ...headers, origin: 'https://pictures.example' })).status).toBe(200);
    expect((await picture({ ...headers, origin: EVIL })).status).toBe(403);
  });
}

describe('a server for pages of any origin', () => {
  const { picture } = useListening({ corsOrigins: ['*'] });

  it('answers them, but not under any name', async () => {
    for (const headers of FOREIGN) {
      expect((await picture(headers)).status).toBe(200);
      expect((await picture({ ...headers, host: 'evil.example' })).status).toBe(403);
    }
  });
});

it.each(['https://a.example', 'a.example:80', 'a.example/', '.a.example', '*.a.example', 'a b', '', '[::', 'u@a'])(
  'an allowed host is not "%s"',
  (host) => {
    expect(() => completeOptions({ models: ['m'], allowedHosts: [host] })).toThrow(
      `Cannot start the server: allowedHosts[0] must be * or a host without scheme and port, such as pictures.example.org, received "${host}".`,
    );
  },
);

it('an allowed host is a name, an address or any', () => {
  const allowedHosts = ['pictures.example.org', 'nas', '10.0.0.7', 'fd00::1', '[fd00::1]', '*'];
  expect(completeOptions({ models: ['m'], allowedHosts }).allowedHosts).toEqual(allowedHosts);
});

it('knows addresses of this machine alone', () => {
  expect(['127.0.0.1', '127.8.0.1', '::1', 'localhost'].filter(isLoopback)).toHaveLength(4);
  expect(['0.0.0.0', '::', '10.0.0.1', '127.evil.example', 'nas'].filter(isLoopback)).toEqual([]);
});
