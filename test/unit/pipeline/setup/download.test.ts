import { readdir, readFile, writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type DownloadOptions, download } from '#pipeline/setup/download.ts';
import { openHttpClient } from '#pipeline/setup/http-client.ts';
import { temporaryFolder } from '#test/models/tiny-onnx.ts';
import { closedPort, serve, sha256 } from './support.ts';

const BYTES = Buffer.from(Array.from({ length: 5000 }, (_, i) => i % 251));
const FILE = { headers: {}, size: BYTES.length, sha256: sha256(BYTES) };
const http = openHttpClient({ stall: 1000, env: {} });
const options: DownloadOptions = { http, pauses: [1, 1] };

/** Serves BYTES with ranges; `ranges` collects the requested ones. */
function wholeServer(ranges: (string | undefined)[] = []): RequestListener {
  return ({ headers: { range } }, response) => {
    ranges.push(range);
    const from = Number(/bytes=(\d+)-/.exec(range ?? '')?.[1] ?? 0);
    if (range) response.writeHead(206, { 'content-range': `bytes ${from}-${BYTES.length - 1}/${BYTES.length}` });
    response.end(BYTES.subarray(from));
  };
}

async function place(part?: Uint8Array) {
  const folder = await temporaryFolder();
  const path = join(folder, 'a.whl');
  if (part) await writeFile(`${path}.part`, part);
  return { path, files: () => readdir(folder) };
}

describe('download', () => {
  test('brings a file whole and tells how far it is', async () => {
    const { path, files } = await place();
    const seen: number[] = [];
    await download({ ...FILE, url: await serve(wholeServer()) }, path, { ...options, onBytes: (n) => seen.push(n) });
    expect(await readFile(path)).toEqual(BYTES);
    expect(await files()).toEqual(['a.whl']);
    expect(seen.at(-1)).toBe(BYTES.length);
  });

  test('asks only for what is missing of a half-finished file', async () => {
    const { path } = await place(BYTES.subarray(0, 1234));
    const ranges: (string | undefined)[] = [];
    await download({ ...FILE, url: await serve(wholeServer(ranges)) }, path, options);
    expect(ranges).toEqual(['bytes=1234-']);
    expect(await readFile(path)).toEqual(BYTES);
  });

  test('begins anew where the server knows no ranges', async () => {
    const { path } = await place(Buffer.alloc(77));
    await download({ ...FILE, url: await serve((_, response) => response.end(BYTES)) }, path, options);
    expect(await readFile(path)).toEqual(BYTES);
  });

  test.each([
    // A little later, or the bytes sent so far would be lost with the connection.
    ['is cut', (end: () => void) => void setTimeout(end, 50)],
    ['stalls', () => {}],
  ])('goes on where a connection %s', async (_, ending) => {
    const { path } = await place();
    const ranges: (string | undefined)[] = [];
    const whole = wholeServer(ranges);
    let first = true;
    const url = await serve((request, response) => {
      if (!first) return whole(request, response);
      first = false;
      response.writeHead(200, { 'content-length': BYTES.length });
      response.write(BYTES.subarray(0, 2000), () => ending(() => response.destroy()));
    });
    await download({ ...FILE, url }, path, options);
    expect(ranges).toEqual(['bytes=2000-']);
    expect(await readFile(path)).toEqual(BYTES);
  });

  test.each([
    ['the beginning of another file', 1234],
    ['more than the file has', 6000],
  ])('begins anew by itself where what an earlier try left is %s', async (_, bytes) => {
    const { path, files } = await place(Buffer.alloc(bytes, 9));
    await download({ ...FILE, url: await serve(wholeServer()) }, path, options);
    expect(await readFile(path)).toEqual(BYTES);
    expect(await files()).toEqual(['a.whl']);
  });

  test('takes a finished file only where its SHA-256 is right', async () => {
    const { path } = await place();
    const ranges: (string | undefined)[] = [];
    const file = { ...FILE, url: await serve(wholeServer(ranges)) };
    await writeFile(path, Buffer.alloc(BYTES.length, 9));
    await download(file, path, options);
    expect(await readFile(path)).toEqual(BYTES);
    await download(file, path, options);
    expect(ranges).toHaveLength(1);
  });

  test('removes a file that is not what it should be, and says so', async () => {
    const { path, files } = await place(Buffer.alloc(1234, 9));
    const url = await serve((_, response) => response.end(Buffer.alloc(BYTES.length, 7)));
    const work = download({ ...FILE, url }, path, options);
    await expect(work).rejects.toThrow(/^Cannot use a\.whl: what came .* has the SHA-256 .* It was removed;/);
    expect(await files()).toEqual([]);
  });

  test('removes a file that is too long', async () => {
    const { path, files } = await place();
    const url = await serve((_, response) => response.end(Buffer.concat([BYTES, BYTES])));
    await expect(download({ ...FILE, url }, path, options)).rejects.toThrow(/bytes in place of 5000/);
    expect(await files()).toEqual([]);
  });

  test('names the host that refuses, and from where it will go on', async () => {
    const { path, files } = await place(BYTES.subarray(0, 10));
    const url = await closedPort();
    const sentence = `${new URL(url).host} cannot be reached, it refuses the connection (ECONNREFUSED)`;
    const work = download({ ...FILE, url }, path, options);
    await expect(work).rejects.toThrow(sentence);
    await expect(work).rejects.toThrow('continues from byte 10.');
    expect(await files()).toEqual(['a.whl.part']);
  });

  test('tries a server that is busy again, and one that has no such file not', async () => {
    const { path } = await place();
    const answers = [503, 429, 404];
    const url = await serve((_, response) => response.writeHead(answers.shift()!).end());
    await expect(download({ ...FILE, url }, path, options)).rejects.toThrow(/the server answers 404/);
    expect(answers).toEqual([]);
  });

  test('keeps what came when it is interrupted', async () => {
    const { path, files } = await place();
    const controller = new AbortController();
    const url = await serve((_, response) => void response.write(BYTES.subarray(0, 100)));
    const stop = { signal: controller.signal, onBytes: () => controller.abort() };
    await expect(download({ ...FILE, url }, path, { ...options, ...stop })).rejects.toThrow(/abort/i);
    expect(await files()).toEqual(['a.whl.part']);
  });
});
