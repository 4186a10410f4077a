/**
 * Downloads that resume: a file is `<name>.part` until size and SHA-256 are right, then `<name>`.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout } from 'node:timers/promises';
import { diskReason, networkReason } from '@onnoise/base/files';
import { InputError } from '@onnoise/scheduler/rules';
import { type HttpClient, networkAdvice } from './http-client.ts';

export interface RemoteFile {
  url: string;
  headers: Record<string, string>;
  /** Bytes. */
  size: number;
  sha256: string;
}

type Contents = Pick<RemoteFile, 'size' | 'sha256'>;

export interface DownloadOptions {
  http: HttpClient;
  signal?: AbortSignal;
  /** Called with the bytes on disk. */
  onBytes?: (bytes: number) => void;
  /** Milliseconds to wait before each retry; a try that brought bytes restarts the list. */
  pauses?: readonly number[];
}

/** Bytes of a complete or partial download on disk. */
export async function downloadedBytes(path: string): Promise<number> {
  return (await sizeOf(path)) || (await sizeOf(`${path}.part`));
}

/** Whether the complete file is on disk, downloaded earlier or put there by hand. */
export async function isDownloaded(file: Contents, path: string, signal?: AbortSignal): Promise<boolean> {
  return (await sizeOf(path)) > 0 && (await differenceOf(file, path, signal)) === undefined;
}

/**
 * @param path where to put the complete file.
 * @throws InputError if the server cannot be reached or sends another file
 */
export async function download(file: RemoteFile, path: string, options: DownloadOptions): Promise<void> {
  const { signal, onBytes } = options;
  const part = `${path}.part`;
  if (await isDownloaded(file, path, signal)) return;
  await rm(path, { force: true });
  await mkdir(dirname(path), { recursive: true });
  for (;;) {
    const earlier = await sizeOf(part);
    await fetchAll(file, path, part, options);
    onBytes?.(file.size);
    const difference = await differenceOf(file, part, signal);
    if (difference === undefined) return rename(part, path);
    await rm(part, { force: true });
    // The part of an earlier try may be wrong: download once more, from the first byte.
    if (earlier > 0) continue;
    throw new InputError(
      `Cannot use ${basename(path)}: what came from ${new URL(file.url).host} has ${difference}. ` +
        'It was removed; the same command downloads it again.',
    );
  }
}

/** How a file differs from what it should be: `the SHA-256 ... in place of ...`; undefined if it does not. */
async function differenceOf(file: Contents, path: string, signal?: AbortSignal): Promise<string | undefined> {
  const size = await sizeOf(path);
  if (size !== file.size) return `${size} bytes in place of ${file.size}`;
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash, signal ? { signal } : {});
  const sha256 = hash.digest('hex');
  return sha256 === file.sha256 ? undefined : `the SHA-256 ${sha256} in place of ${file.sha256}`;
}

/** Retries until all bytes have arrived, or the pauses are used up. */
async function fetchAll(file: RemoteFile, path: string, part: string, options: DownloadOptions): Promise<void> {
  const { signal, pauses = [500, 2000, 5000, 10_000] } = options;
  for (let failures = 0; ; ) {
    const have = await sizeOf(part);
    if (have >= file.size) return;
    try {
      await fetchRest(file, part, have, options);
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof InputError || diskReason(error) !== undefined) throw error;
      const now = await sizeOf(part);
      failures = now > have ? 1 : failures + 1;
      if (failures > pauses.length) {
        throw new InputError(
          `Cannot download ${basename(path)}: ${new URL(file.url).host} cannot be reached, ${networkReason(error)}; ` +
            `${networkAdvice()}. The same command continues from byte ${now}.`,
        );
      }
      await setTimeout(pauses[failures - 1], undefined, signal && { signal });
    }
  }
}

/** Appends the missing bytes, or starts over if the server does not support ranges. */
async function fetchRest(file: RemoteFile, part: string, have: number, options: DownloadOptions): Promise<void> {
  const { http, signal, onBytes } = options;
  const headers = { ...file.headers, ...(have > 0 && { range: `bytes=${have}-` }) };
  const { status, headers: about, body } = await http.ask(file.url, { headers, signal });
  const goesOn = status === 206 && (about['content-range'] ?? '').startsWith(`bytes ${have}-`);
  if (status === 416 || (status === 206 && !goesOn)) await rm(part, { force: true });
  if (status !== 200 && !goesOn) {
    body.destroy();
    if (status >= 400 && status < 500 && ![408, 416, 429].includes(status)) {
      throw new InputError(`Cannot download ${file.url}: the server answers ${status}.`);
    }
    throw new Error(`it answers ${status}`);
  }
  const handle = await open(part, goesOn ? 'a' : 'w');
  try {
    let done = goesOn ? have : 0;
    for await (const chunk of body) {
      await handle.writeFile(chunk);
      done += chunk.byteLength;
      onBytes?.(Math.min(done, file.size));
      if (done > file.size) return;
    }
    if (done < file.size) throw new Error('the connection ended early');
  } finally {
    await handle.close();
  }
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}
