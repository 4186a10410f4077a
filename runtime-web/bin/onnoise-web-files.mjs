#!/usr/bin/env node
/**
 * Copies what a page without a bundler needs into a folder of its host: the library, its workers, each one file with what
 * it imports, and onnxruntime-web's WebAssembly.
 *
 *     npx onnoise-web-files public/onnoise
 *
 * The page then imports `onnoise.js` of that folder. A page that was bundled with esbuild finds the worker there too, if its
 * script lies in that folder or `createSamplingWorker({ files: '/onnoise/' })` names it.
 */
import { cp, mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const DIST = fileURLToPath(new URL('../dist', import.meta.url));
const WORKERS = ['worker/onnoise-worker.js', 'trainer/onnoise-trainer.js'];
const RUNTIMES = ['', '.asyncify', '.jspi'].map((kind) => `onnxruntime-web/ort-wasm-simd-threaded${kind}.wasm`);

const { resolve } = createRequire(import.meta.url);
const [folder, ...others] = process.argv.slice(2);
if (folder === undefined || folder.startsWith('-') || others.length > 0) {
  const received = folder === undefined ? 'none' : JSON.stringify([folder, ...others].join(' '));
  process.stderr.write(
    `Cannot copy the files: the folder must be one path, received ${received}. Usage: onnoise-web-files <folder>\n`,
  );
  process.exitCode = 2;
} else {
  try {
    await mkdir(join(folder, 'onnxruntime-web'), { recursive: true });
    await cp(join(DIST, 'standalone'), folder, { recursive: true });
    for (const file of WORKERS) await cp(join(DIST, file), join(folder, basename(file)));
    for (const file of RUNTIMES) await cp(resolve(file), join(folder, 'onnxruntime-web', basename(file)));
  } catch (error) {
    process.stderr.write(
      `Cannot copy the files: ${folder} must be a folder to write to, received "${error.message}".\n`,
    );
    process.exitCode = 1;
  }
}
