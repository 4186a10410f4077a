/** The answers of the built page to many devices: compressed once, remembered, and from its folder alone. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compress } from '../../../../scripts/web/compress.ts';

const SCRIPT = 'assets/index-B4_-x9Zq.js';
const TEXT = 'export const answer = 42;\n'.repeat(100);
const root = mkdtempSync(join(tmpdir(), 'onnoise-compress-'));
let server: Server;

beforeAll(async () => {
  mkdirSync(join(root, 'page', 'assets'), { recursive: true });
  writeFileSync(join(root, 'page', SCRIPT), TEXT);
  writeFileSync(join(root, 'page', 'index.html'), '<!doctype html>');
  writeFileSync(join(root, 'page', 'assets', 'x.png'), 'png');
  writeFileSync(join(root, 'secret.html'), 'outside');
  const middleware = compress(join(root, 'page'));
  server = createServer((asked, response) => {
    void middleware(asked, response, () => response.writeHead(404).end('who comes next'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  server.close();
  rmSync(root, { recursive: true });
});

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

const ask = (path: string, headers: Record<string, string> = { 'accept-encoding': 'gzip' }, method = 'GET') =>
  new Promise<Answer>((resolve, reject) => {
    const { port } = server.address() as AddressInfo;
    request({ host: '127.0.0.1', port, path, headers, method }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part) => parts.push(part));
      response.on('end', () =>
        resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(parts) }),
      );
    })
      .on('error', reject)
      .end();
  });

describe('compress', () => {
  it('gives thirty that ask at once the same compressed file, isolated, and lasting by its name', async () => {
    const answers = await Promise.all(Array.from({ length: 30 }, () => ask(`/${SCRIPT}`)));
    for (const { status, headers, body } of answers) {
      expect([status, gunzipSync(body).toString()]).toEqual([200, TEXT]);
      expect(Number(headers['content-length'])).toBe(body.length);
      expect(body.length).toBeLessThan(TEXT.length / 5);
      expect(headers).toMatchObject({
        'content-type': 'text/javascript; charset=utf-8',
        'cache-control': 'public, max-age=31536000, immutable',
        'cross-origin-embedder-policy': 'require-corp',
        vary: 'accept-encoding',
      });
    }
  });

  it('lets browsers ask whether the page has changed', async () => {
    const { headers } = await ask('/');
    expect(headers['cache-control']).toBe('no-cache');
    const again = await ask('/', { 'accept-encoding': 'gzip', 'if-none-match': String(headers.etag) });
    expect([again.status, again.body.length]).toEqual([304, 0]);
    const head = await ask('/', { 'accept-encoding': 'gzip' }, 'HEAD');
    expect([head.status, head.body.length, head.headers.etag]).toEqual([200, 0, headers.etag]);
  });

  it.each<[string, string, Record<string, string>?, string?]>([
    ['pictures', '/assets/x.png'],
    ['browsers that take nothing compressed', `/${SCRIPT}`, {}],
    ['parts of files', `/${SCRIPT}`, { 'accept-encoding': 'gzip', range: 'bytes=0-3' }],
    ['what is not there', '/missing.js'],
    ['what is outside', '/..%2fsecret.html'],
    ['what is no address', '/%'],
    ['what would change something', '/', { 'accept-encoding': 'gzip' }, 'POST'],
  ])('leaves %s to who comes next', async (_, path, headers, method) => {
    const { status, body } = await ask(path, headers, method);
    expect([status, body.toString()]).toEqual([404, 'who comes next']);
  });
});
