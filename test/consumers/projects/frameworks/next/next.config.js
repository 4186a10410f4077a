import { join } from 'node:path';

/** Files that a server in a folder of its own (`output: 'standalone'`) needs beside its code. */
const FILES = [
  '../node_modules/@onnoise/model-digits/dist/digits/**',
  '../node_modules/onnxruntime-node/bin/napi-v6/linux/x64/*',
];

/** For threads of WebAssembly. */
const ISOLATED = [
  { key: 'Cross-Origin-Opener-Policy', value: 'same-origin' },
  { key: 'Cross-Origin-Embedder-Policy', value: 'require-corp' },
];

export default {
  distDir: process.env.NEXT_DIST,
  output: 'standalone',
  outputFileTracingRoot: join(import.meta.dirname, '..'),
  outputFileTracingIncludes: { '/api/digits': FILES },
  headers: async () => [{ source: '/(.*)', headers: ISOLATED }],
};
