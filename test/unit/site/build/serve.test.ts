/** The server that lies beside the built page, in a folder of its own as on a stick. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { skipBecause } from '#test/skip.ts';

const SCRIPT = join(import.meta.dirname, '../../../../site/public/serve.mjs');
const root = mkdtempSync(join(tmpdir(), 'onnoise serve-')); // with a blank, as sticks have them
const folder = join(root, 'page');
const server = join(folder, 'serve.mjs');
const started: ChildProcess[] = [];

/** @returns its address */
async function start(...args: string[]): Promise<string> {
  const child = spawn(process.execPath, [server, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  started.push(child);
  const [line] = (await once(child.stdout!, 'data')) as [Buffer];
  return String(line).split(' ')[0]!;
}

async function refusal(...args: string[]): Promise<[number, string]> {
  const child = spawn(process.execPath, [server, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  let text = '';
  child.stderr!.on('data', (part) => {
    text += part;
  });
  const [code] = (await once(child, 'close')) as [number];
  return [code, text];
}

/** A path as it is: fetch would shorten `..`. */
function statusOf(address: string, path: string, method = 'GET'): Promise<number> {
  const { port } = new URL(address);
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path, method }, (response) => {
      response.resume();
      resolve(response.statusCode!);
    })
      .on('error', reject)
      .end();
  });
}

const FINDS_OPEN_FILES = skipBecause(
  process.platform === 'linux' ? undefined : 'the open files of a process are found in /proc: run on Linux',
);

function openFiles(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder).flatMap((name) => {
    try {
      return [readlinkSync(join(folder, name))];
    } catch {
      return []; // closed meanwhile
    }
  });
}

beforeAll(() => {
  mkdirSync(join(folder, 'assets'), { recursive: true });
  cpSync(SCRIPT, server);
  writeFileSync(join(folder, 'index.html'), '<!doctype html>');
  writeFileSync(join(folder, 'assets', 'net.wasm'), Uint8Array.of(0, 97, 115, 109));
  writeFileSync(join(root, 'secret.txt'), 'outside');
  mkdirSync(join(root, 'page-of-others'));
  writeFileSync(join(root, 'page-of-others', 'x.txt'), 'outside');
});
afterAll(() => {
  for (const child of started) child.kill();
  rmSync(root, { recursive: true, force: true });
});

describe('serve.mjs', () => {
  it('gives the page and its files with their types, isolated for threads, to this machine alone', async () => {
    const address = await start('0');
    const page = await fetch(address);
    expect([page.status, await page.text(), page.headers.get('content-type')]).toEqual([
      200,
      '<!doctype html>',
      'text/html; charset=utf-8',
    ]);
    expect(page.headers.get('cross-origin-opener-policy')).toBe('same-origin');
    expect(page.headers.get('cross-origin-embedder-policy')).toBe('require-corp');
    const wasm = await fetch(`${address}assets/net.wasm`);
    expect([wasm.headers.get('content-type'), (await wasm.arrayBuffer()).byteLength]).toEqual(['application/wasm', 4]);
    expect(new URL(address).hostname).toBe('127.0.0.1');
  });

  it('gives nothing outside of its folder, no folders, and takes nothing', async () => {
    const address = await start('0');
    for (const path of [
      '/../secret.txt',
      '/%2e%2e/secret.txt',
      '/..%2fsecret.txt',
      '/../page-of-others/x.txt',
      '/assets',
      '/%',
    ])
      expect(await statusOf(address, path), path).toBe(404);
    expect(await statusOf(address, '/index.html', 'POST')).toBe(405);
    expect(await statusOf(address, '/index.html', 'HEAD')).toBe(200);
  });

  it('closes the file of a download that is broken off', FINDS_OPEN_FILES, async () => {
    writeFileSync(join(folder, 'model.onnx'), new Uint8Array(2 ** 25)); // more than a socket holds
    const address = await start('0');
    const { pid } = started.at(-1)!;
    const open = () => openFiles(pid!).filter((path) => path.endsWith('model.onnx')).length;
    const broken = new AbortController();
    const { body } = await fetch(`${address}model.onnx`, { signal: broken.signal });
    await body!.getReader().read();
    expect(open()).toBe(1);
    broken.abort();
    await expect.poll(open, { timeout: 20_000 }).toBe(0);
    expect(await statusOf(address, '/model.onnx')).toBe(200);
  });

  it('refuses a port that is none or taken, in one sentence', async () => {
    const { port } = new URL(await start('0'));
    expect(await refusal('eighty')).toEqual([
      2,
      'Cannot serve the page: the port must be a whole number up to 65535, received eighty.\n',
    ]);
    expect(await refusal(port)).toEqual([
      2,
      `Cannot serve the page: port ${port} is taken; name another: node serve.mjs 8123.\n`,
    ]);
  });
});
