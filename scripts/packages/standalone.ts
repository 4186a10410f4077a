/**
 * The library for pages without a bundler, in `dist/standalone` of the built runtime-web: `onnoise.js`, `onnoise-worker.js` and
 * `onnoise-trainer.js`, with what they import in files of their own, so that onnxruntime-web is loaded with the first model and is there once. Its
 * WebAssembly, megabytes, stays in its own package, of which the manifest names this one version; `onnoise-web-files` copies it
 * beside them.
 */
import { join } from 'node:path';
import { build } from 'esbuild';

/** @param out the built runtime-web */
export async function bundleStandalone(out: string): Promise<void> {
  const dist = join(out, 'dist');
  await build({
    entryPoints: {
      onnoise: join(dist, 'index.js'),
      'onnoise-worker': join(dist, 'worker', 'onnoise-worker.js'),
      'onnoise-trainer': join(dist, 'trainer', 'onnoise-trainer.js'),
    },
    outdir: join(dist, 'standalone'),
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    chunkNames: 'onnoise-[name]-[hash]',
    external: ['module', 'worker_threads'], // onnxruntime-web asks for them in Node only
    legalComments: 'eof',
    logLevel: 'error',
  });
}
