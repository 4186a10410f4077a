/** The server that lies beside the built page, in a folder of its own as on a stick. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { skipBecause } from '#test/skip.ts';

const root = mkdtempSync(join(tmpdir(), 'onnoise serve-')); // with a blank, as sticks have them
const folder = join(root, 'page');
for (const name of ['page/assets', 'page-of-others']) mkdirSync(join(root, name), { recursive: true });
cpSync(join(import.meta.dirname, '../../../../site/public/serve.mjs'), join(folder, 'serve.mjs'));
for (const name of ['page/index.html', 'page/assets/net.wasm', 'secret.txt', 'page-of-others/x.txt']) {
  writeFileSync(join(root, name), '<!doctype html>');
}
const child = spawn(process.execPath, [join(folder, 'serve.mjs'), '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
afterAll(() => {
  child.kill();
  rmSync(root, { recursive: true, force: true });
});
const [line] = (await once(child.stdout, 'data')) as [Buffer];
const address = new URL(String(line).split(' ')[0]!);

/** A path as it is: fetch would shorten `..`. */
function statusOf(path: string, method = 'GET'): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port: address.port, path, method }, (response) => {
      response.resume();
      resolve(response.statusCode!);
    });
    asked.on('error', reject).end();
  });
}

it('gives the page and its files with their types, isolated for threads, to this machine alone', async () => {
  const [page, wasm] = [await fetch(address), await fetch(new URL('assets/net.wasm', address))];
  const headers = ['content-type', 'cross-origin-opener-policy', 'cross-origin-embedder-policy'];
  expect([page.status, await page.text(), ...headers.map((name) => page.headers.get(name))]).toEqual([
    ...[200, '<!doctype html>', 'text/html; charset=utf-8', 'same-origin', 'require-corp'],
  ]);
  expect([wasm.headers.get('content-type'), address.hostname]).toEqual(['application/wasm', '127.0.0.1']);
});

it('gives nothing outside of its folder, no folders, and takes nothing', async () => {
  const outside = ['/../secret.txt', '/%2e%2e/secret.txt', '/..%2fsecret.txt', '/../page-of-others/x.txt'];
  for (const path of [...outside, '/assets', '/%']) expect(await statusOf(path), path).toBe(404);
  expect([await statusOf('/index.html', 'POST'), await statusOf('/index.html', 'HEAD')]).toEqual([405, 200]);
});

const FINDS_OPEN_FILES = skipBecause(
  process.platform === 'linux' ? undefined : 'the open files of a process are found in /proc: run on Linux',
);

it('closes the file of a download that is broken off', FINDS_OPEN_FILES, async () => {
  writeFileSync(join(folder, 'model.onnx'), new Uint8Array(2 ** 25)); // more than a socket holds
  const files = `/proc/${child.pid}/fd`;
  const linkOf = (name: string) => {
    try {
      return readlinkSync(join(files, name));
    } catch {
      return ''; // closed meanwhile
    }
  };
  const open = () => readdirSync(files).filter((name) => linkOf(name).endsWith('model.onnx')).length;
  const broken = new AbortController();
  const { body } = await fetch(new URL('model.onnx', address), { signal: broken.signal });
  await body!.getReader().read();
  expect(open()).toBe(1);
  broken.abort();
  await expect.poll(open, { timeout: 20_000 }).toBe(0);
  expect(await statusOf('/model.onnx')).toBe(200);
});
