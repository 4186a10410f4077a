/**
 * Answers of the built page for many devices of one network: compressed once and kept, and remembered by the browsers. By plain HTTP
 * browsers take gzip, no brotli.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, resolve, sep } from 'node:path';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import type { Plugin } from 'vite';
import { namedByContent, START } from '../../site/sw/files.ts';
import { ISOLATION } from '../../site/vite.config.ts';

/** Pictures are compressed already, and go as they are. */
const TYPES: Readonly<Record<string, string>> = {
  '.bin': 'application/octet-stream',
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.md': 'text/markdown; charset=utf-8',
  '.onnx': 'application/octet-stream',
  '.safetensors': 'application/octet-stream',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
};
const A_YEAR = 31_536_000;

interface Packed {
  bytes: Buffer;
  tag: string;
}

/** For vite's preview of a built folder, whose files stay as they are meanwhile. */
export function compressed(folder: string): Plugin {
  return {
    name: 'onnoise:compressed',
    configurePreviewServer: ({ middlewares }) => void middlewares.use(compress(folder)),
  };
}

export type Middleware = (request: IncomingMessage, response: ServerResponse, next: () => void) => Promise<void>;

/** Answers with compressed files; all else is for who comes next, with the headers that say how long to remember it. */
export function compress(folder: string): Middleware {
  const root = resolve(folder);
  const kept = new Map<string, Promise<Packed | undefined>>();
  /** Thirty devices ask at once: the first one's is everybody's. */
  const once = (path: string) => {
    const packed = kept.get(path) ?? pack(root, path);
    kept.set(path, packed);
    return packed;
  };
  return async (request, response, next) => {
    const path = pathOf(request.url);
    if (path === undefined || (request.method !== 'GET' && request.method !== 'HEAD')) return next();
    response.setHeader('cache-control', namedByContent(path) ? `public, max-age=${A_YEAR}, immutable` : 'no-cache');
    const type = TYPES[extname(path)];
    const accepted = /\bgzip\b/.test(String(request.headers['accept-encoding']));
    if (type === undefined || !accepted || request.headers.range !== undefined) return next();
    const packed = await once(path);
    if (packed === undefined) {
      kept.delete(path);
      return next();
    }
    for (const [name, value] of Object.entries(ISOLATION)) response.setHeader(name, value);
    response.setHeader('etag', packed.tag);
    response.setHeader('vary', 'accept-encoding');
    if (request.headers['if-none-match'] === packed.tag) {
      response.writeHead(304).end();
      return;
    }
    response.writeHead(200, {
      'content-type': type,
      'content-encoding': 'gzip',
      'content-length': packed.bytes.length,
    });
    response.end(request.method === 'HEAD' ? undefined : packed.bytes);
  };
}

/** In the folder; undefined for an address that means none. */
function pathOf(url = '/'): string | undefined {
  try {
    const path = decodeURIComponent(new URL(url, 'http://localhost').pathname).slice(1);
    return path === '' || path.endsWith('/') ? path + START : path;
  } catch {
    return undefined;
  }
}

/** undefined where there is no such file in the folder. */
async function pack(root: string, path: string): Promise<Packed | undefined> {
  const file = resolve(join(root, path));
  if (!file.startsWith(root + sep)) return undefined;
  const content = await readFile(file).catch(() => undefined);
  if (content === undefined) return undefined;
  const bytes = await promisify(gzip)(content, { level: constants.Z_BEST_COMPRESSION });
  return { bytes, tag: `"${createHash('sha256').update(content).digest('base64url').slice(0, 16)}"` };
}
