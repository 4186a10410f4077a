/**
 * A plain static host for the tests: folders under paths, with or without the headers of an isolated page, and faults
 * on demand. It logs the requests and answers.
 */
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

/** The faults of a file, all optional. */
export interface Fault {
  /** The connection ends without an answer. */
  dead?: boolean;
  /** Answers with this status and no file. */
  status?: number;
  /** Says that the file is of this type. */
  type?: string;
  /** The file ends after so many bytes, and the answer's headers agree. */
  length?: number;
  /** The connection ends after so many bytes. */
  cut?: number;
  /** Nothing comes after so many bytes until `until` settles. */
  hold?: { after: number; until: Promise<unknown> };
  /** Sends this in the file's place. */
  body?: string | Uint8Array;
}

export interface HostOptions {
  /** Path, such as `/a/b/`, to the folder that is served there. */
  folders: Record<string, string>;
  /** Sends COOP and COEP. Default: true. */
  isolated?: boolean;
  /** Compresses what a host would. Default: false. */
  compress?: boolean;
}

export interface Sent {
  path: string;
  status: number;
  /** Of the body, as sent. */
  bytes: number;
}

export interface Host {
  /** http://localhost:port, without a slash. */
  origin: string;
  log: Sent[];
  /** Serves one more folder. */
  mount(path: string, folder: string): void;
  /** Sets the fault of every file whose path matches; undefined clears it. */
  fault(path: RegExp, fault: Fault | undefined): void;
  /** Holds a file back after so many bytes. @returns what lets it come, and clears all faults */
  hold(path: RegExp, after?: number): () => void;
  /** Clears all faults. */
  mend(): void;
  /** Ends connections and refuses new ones. */
  stop(): Promise<void>;
}

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.wasm': 'application/wasm',
};
const COMPRESSED = new Set(['.html', '.js', '.mjs', '.css', '.json', '.webmanifest', '.svg', '.wasm']);
const ISOLATED = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };

export async function startHost(options: HostOptions): Promise<Host> {
  const { isolated = true, compress = false } = options;
  const folders = { ...options.folders };
  const faults = new Map<string, { path: RegExp; fault: Fault }>();
  const log: Sent[] = [];

  const server = createServer((request, response) => {
    answer(request, response).catch((error: Error) => response.destroy(error));
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = decodeURIComponent(new URL(request.url!, 'http://localhost').pathname);
    const sent: Sent = { path, status: 200, bytes: 0 };
    log.push(sent);
    const fault = [...faults.values()].find((entry) => entry.path.test(path))?.fault ?? {};
    if (fault.dead) return void response.destroy();
    const file = fileOf(path);
    const there = file !== undefined && ((await stat(file).catch(() => undefined))?.isFile() ?? false);
    const headers: Record<string, string | number> = { 'cache-control': 'no-cache', ...(isolated && ISOLATED) };
    if (fault.status !== undefined || file === undefined || !(there || fault.body !== undefined)) {
      sent.status = fault.status ?? 404;
      response.writeHead(sent.status, { ...headers, 'content-type': 'text/plain' }).end('Nothing here.\n');
      return;
    }
    headers['content-type'] = fault.type ?? TYPES[extname(file)] ?? 'application/octet-stream';
    let body: Uint8Array = fault.body === undefined ? await readFile(file) : Buffer.from(fault.body as string);
    if (fault.length !== undefined) body = body.subarray(0, fault.length);
    const tag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 16)}"`;
    headers.etag = tag;
    if (request.headers['if-none-match'] === tag) {
      sent.status = 304;
      return void response.writeHead(304, headers).end();
    }
    if (compress && COMPRESSED.has(extname(file)) && /\bgzip\b/.test(String(request.headers['accept-encoding']))) {
      body = await promisify(gzip)(body);
      headers['content-encoding'] = 'gzip';
    }
    response.writeHead(200, { ...headers, 'content-length': body.length });
    const send = (part: Uint8Array) => {
      if (response.destroyed) return; // a reload has left
      sent.bytes += part.length;
      response.write(part);
    };
    if (request.method === 'HEAD') return void response.end();
    if (fault.cut !== undefined) {
      send(body.subarray(0, fault.cut));
      setTimeout(() => response.destroy(), 50); // after the written bytes have left
      return;
    }
    const { after, until } = fault.hold ?? { after: 0, until: undefined };
    if (until !== undefined) {
      send(body.subarray(0, after));
      await until;
    }
    send(body.subarray(after));
    response.end();
  }

  function fileOf(path: string): string | undefined {
    const mount = Object.keys(folders).find((prefix) => path.startsWith(prefix));
    if (mount === undefined) return undefined;
    const inside = normalize(`/${path.slice(mount.length)}`);
    return join(folders[mount]!, inside.endsWith('/') ? `${inside}index.html` : inside);
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://localhost:${(server.address() as AddressInfo).port}`,
    log,
    mount: (path, folder) => {
      folders[path] = folder;
    },
    fault: (path, fault) => {
      if (fault === undefined) faults.delete(path.source);
      else faults.set(path.source, { path, fault });
    },
    hold: (path, after = 0) => {
      let come = () => {};
      const until = new Promise<void>((resolve) => {
        come = resolve;
      });
      faults.set(path.source, { path, fault: { hold: { after, until } } });
      return () => {
        faults.clear();
        come();
      };
    },
    mend: () => faults.clear(),
    stop: () =>
      new Promise((resolve) => {
        if (!server.listening) return resolve();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
