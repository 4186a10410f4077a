#!/usr/bin/env node
/**
 * Serves the folder that it lies in, to this machine alone: `node serve.mjs`, or `node serve.mjs 8123` for another port. It
 * needs Node 18 or later and nothing else, so a page on a stick works on a machine without a network.
 */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream';
import { fileURLToPath } from 'node:url';

const FOLDER = resolve(fileURLToPath(new URL('.', import.meta.url)));
const HOST = '127.0.0.1';
const TYPES = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.md': 'text/markdown; charset=utf-8',
  '.mjs': 'text/javascript',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.webp': 'image/webp',
};
/** The first two give WebAssembly its threads. */
const HEADERS = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cache-control': 'no-cache',
};

/** The file that an address means; undefined for one outside of the folder. */
function fileOf(url) {
  try {
    const path = decodeURIComponent(new URL(url, 'http://localhost').pathname);
    const file = resolve(join(FOLDER, path.endsWith('/') ? `${path}index.html` : path));
    return file.startsWith(FOLDER + sep) ? file : undefined;
  } catch {
    return undefined;
  }
}

const server = createServer(async ({ method, url }, response) => {
  const answer = (status, words) => response.writeHead(status, { 'content-type': 'text/plain' }).end(`${words}\n`);
  if (method !== 'GET' && method !== 'HEAD') return answer(405, 'This server only gives files.');
  const file = fileOf(url);
  const found = file === undefined ? undefined : await stat(file).catch(() => undefined);
  if (!found?.isFile()) return answer(404, 'There is no such file.');
  const type = TYPES[extname(file).toLowerCase()] ?? 'application/octet-stream';
  response.writeHead(200, { ...HEADERS, 'content-type': type, 'content-length': found.size });
  if (method === 'HEAD') return response.end();
  // Of the two, an error or an early end of one ends the other: a file stays open no longer than its request.
  pipeline(createReadStream(file), response, () => {});
});

function refuse(reason) {
  process.stderr.write(`Cannot serve the page: ${reason}.\n`);
  process.exitCode = 2;
}

const [given = '8080'] = process.argv.slice(2);
const port = Number(given);
if (!/^\d+$/.test(given) || port > 65_535) {
  refuse(`the port must be a whole number up to 65535, received ${given}`);
} else {
  server.on('error', ({ code, message }) => {
    const reason = code === 'EADDRINUSE' ? `port ${port} is taken; name another: node serve.mjs 8123` : message;
    refuse(reason);
  });
  server.listen(port, HOST, () => {
    process.stdout.write(`http://${HOST}:${server.address().port}/ Ctrl-C ends the server.\n`);
  });
}
