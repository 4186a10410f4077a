import { readdir, readFile, writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type DownloadOptions, download } from '#pipeline/setup/download.ts';
import { openHttpClient } from '#pipeline/setup/http-client.ts';
import { temporaryFolder } from '#test/models/tiny-onnx.ts';
import { says } from '#test/says.ts';
import { closedPort, serve, sha256 } from './support.ts';

const BYTES = Buffer.from(Array.from({ length: 5000 }, (_, i) => i % 251));
const FILE = { headers: {}, size: BYTES.length, sha256: sha256(BYTES) };
const options: DownloadOptions = { http: openHttpClient({ stall: 1000, env: {} }), pauses: [1, 1] };
const other = (bytes: number) => Buffer.alloc(bytes, 9);

/** Serves BYTES, with ranges. */
const whole: RequestListener = ({ headers: { range } }, response) => {
  const from = Number(/bytes=(\d+)-/.exec(range ?? '')?.[1] ?? 0);
  if (range) response.writeHead(206, { 'content-range': `bytes ${from}-${BYTES.length - 1}/${BYTES.length}` });
  response.end(BYTES.subarray(from));
};

/** A folder for the file, perhaps with a part of it, and the ranges that are asked for. */
async function scene(listener: RequestListener, part?: Uint8Array) {
  const folder = await temporaryFolder();
  const path = join(folder, 'a.whl');
  if (part) await writeFile(`${path}.part`, part);
  const ranges: (string | undefined)[] = [];
  const url = await serve((request, response) => {
    ranges.push(request.headers.range);
    listener(request, response);
  });
  const bring = (more: Partial<DownloadOptions> = {}, from = url) =>
    download({ ...FILE, url: from }, path, { ...options, ...more });
  return { path, ranges, files: () => readdir(folder), bring };
}

/** Sends some bytes at first, and then ends or waits; later all. */
function breaking(ending: (end: () => void) => void): RequestListener {
  let first = true;
  return (request, response) => {
    if (!first) return whole(request, response);
    first = false;
    response.writeHead(200, { 'content-length': BYTES.length });
    response.write(BYTES.subarray(0, 2000), () => ending(() => response.destroy()));
  };
}

describe('download', () => {
  test.each<[what: string, RequestListener, part: Uint8Array | undefined, ranges: (string | undefined)[]]>([
    ['a whole file', whole, undefined, [undefined]],
    ['what is missing of a half-finished one', whole, BYTES.subarray(0, 1234), ['bytes=1234-']],
    ['all where the server knows no ranges', (_, response) => response.end(BYTES), other(77), ['bytes=77-']],
    ['all after the beginning of another file', whole, other(1234), ['bytes=1234-', undefined]],
    ['all after more than the file has', whole, other(6000), [undefined]],
    // A little later, or the bytes sent so far would be lost with the connection.
    ['the rest after a cut', breaking((end) => setTimeout(end, 50)), undefined, [undefined, 'bytes=2000-']],
    ['the rest after a stall', breaking(() => {}), undefined, [undefined, 'bytes=2000-']],
  ])('brings %s, and tells how far it is', async (_, listener, part, ranges) => {
    const at = await scene(listener, part);
    const seen: number[] = [];
    await at.bring({ onBytes: (done) => seen.push(done) });
    expect(await readFile(at.path)).toEqual(BYTES);
    expect(await at.files()).toEqual(['a.whl']);
    expect(at.ranges).toEqual(ranges);
    expect(seen.at(-1)).toBe(BYTES.length);
  });

  test('takes a finished file only where its SHA-256 is right', async () => {
    const at = await scene(whole);
    await writeFile(at.path, other(BYTES.length));
    for (let time = 0; time < 2; time++) await at.bring();
    expect(await readFile(at.path)).toEqual(BYTES);
    expect(at.ranges).toHaveLength(1);
  });

  test.each([
    [other(BYTES.length), says('Cannot use a.whl: what came * has the SHA-256 * It was removed;')],
    [Buffer.concat([BYTES, BYTES]), 'bytes in place of 5000'],
  ])('removes what is not the file, and says so', async (bytes, sentence) => {
    const at = await scene((_, response) => response.end(bytes));
    await expect(at.bring()).rejects.toThrow(sentence);
    expect(await at.files()).toEqual([]);
  });

  test('names the host that refuses, and from where it will go on', async () => {
    const at = await scene(whole, BYTES.subarray(0, 10));
    const url = await closedPort();
    const refused = says(
      `${new URL(url).host} cannot be reached, it refuses * (ECONNREFUSED)* continues from byte 10.`,
    );
    await expect(at.bring({}, url)).rejects.toThrow(refused);
    expect(await at.files()).toEqual(['a.whl.part']);
  });

  test('tries a server that is busy again, and one that has no such file not', async () => {
    const answers = [503, 429, 404];
    const at = await scene((_, response) => response.writeHead(answers.shift()!).end());
    await expect(at.bring()).rejects.toThrow('the server answers 404');
    expect(answers).toEqual([]);
  });

  test('keeps what came when it is interrupted', async () => {
    const controller = new AbortController();
    const at = await scene((_, response) => void response.write(BYTES.subarray(0, 100)));
    const stopped = at.bring({ signal: controller.signal, onBytes: () => controller.abort() });
    await expect(stopped).rejects.toThrow(/abort/i);
    expect(await at.files()).toEqual(['a.whl.part']);
  });
});
