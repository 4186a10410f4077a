/**
 * Compares our runtime with TensorFlow.js in one page of a browser, on WASM and on WebGPU:
 *
 *     npm run bench:web                  # the digits network, 3 rounds per side after a warm-up
 *     npm run bench:web -- --rounds 5
 *
 * Both run the same network (random weights from one seed) and the same DDIM table, and their pictures are compared. It
 * uses the tests' Chromium: without a GPU its WebGPU is a software renderer, and those ratios are only for that.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { formatSchedulerConfig, parseSchedulerConfig } from '@onnoise/scheduler';
import { chromium, type Page } from 'playwright-core';
import { createServer } from 'vite';
import { launchOptions } from '#test/browser/launch.ts';
import { encodeModel } from '#tracer/index.ts';
import { inferenceGraph } from '#training/folder/inference.ts';
import { createModel, initParameters } from '#training/model/index.ts';
import { ownOptions } from '../parse.ts';
import { median } from '../result.ts';
import { HELP, readOptions } from './options.ts';
import type { PageResult } from './result.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const tasks = [
  { device: 'wasm', title: 'U-Net call, digits network, 1 image', count: 1, steps: 1 },
  { device: 'wasm', title: 'U-Net call, digits network, 16 images', count: 16, steps: 1 },
  { device: 'wasm', title: 'sampling, 16 digits in 50 steps', count: 16, steps: 50 },
  { device: 'webgpu', title: 'U-Net call, digits network, 1 image', count: 1, steps: 1 },
  { device: 'webgpu', title: 'sampling, 1 digit in 10 steps', count: 1, steps: 10 },
] as const;

const { rounds } = ownOptions(readOptions, HELP);
const folder = await mkdtemp(join(tmpdir(), 'bench-web-'));
await writeModel(folder);
const server = await createServer({
  configFile: false,
  root: join(ROOT, 'scripts/bench/web'),
  logLevel: 'error',
  appType: 'mpa',
  publicDir: folder,
  server: {
    fs: { allow: [ROOT] },
    headers: { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' },
  },
  optimizeDeps: { exclude: ['onnxruntime-web'] },
});
await server.listen();
const browser = await chromium.launch(await launchOptions());
try {
  console.log(`${cpus()[0]?.model.trim()}, ${cpus().length} cores, Chromium ${browser.version()}`);
  console.log('\n| task | device | ours, ms | tfjs, ms | ours is as fast as tfjs, times | largest difference |');
  console.log('|---|---|---|---|---|---|');
  for (const task of tasks) {
    const page = await browser.newPage();
    const query = new URLSearchParams({
      ...task,
      count: `${task.count}`,
      steps: `${task.steps}`,
      rounds: `${rounds}`,
    });
    await page.goto(`${server.resolvedUrls!.local[0]}page.html?${query}`);
    const { ours, tfjs, threads, difference } = await resultOf(page);
    const where = task.device === 'wasm' ? `wasm, ${threads} threads` : 'webgpu';
    const ratio = (median(tfjs) / median(ours)).toFixed(2);
    const [a, b] = [ours, tfjs].map((times) => median(times).toFixed(1));
    console.log(`| ${task.title} | ${where} | ${a} | ${b} | ${ratio} | ${difference.toExponential(1)} |`);
    await page.close();
  }
} finally {
  await browser.close();
  await server.close();
  await rm(folder, { recursive: true, force: true });
}

/** The network of `models/digits` with fresh weights, as a model folder. */
async function writeModel(root: string): Promise<void> {
  const model = createModel(JSON.parse(await readFile(join(ROOT, 'models/digits/unet/config.json'), 'utf8')));
  const scheduler = parseSchedulerConfig({ clip_sample: true });
  const files = {
    'model/unet/config.json': JSON.stringify(model.config),
    'model/unet/model.onnx': encodeModel(inferenceGraph(model, initParameters(model, 0))),
    'model/scheduler/scheduler_config.json': JSON.stringify(formatSchedulerConfig(scheduler)),
  };
  for (const [path, content] of Object.entries(files)) {
    await mkdir(join(root, dirname(path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
}

async function resultOf(page: Page): Promise<PageResult> {
  await page.waitForFunction('window.result !== undefined', undefined, { timeout: 600_000 });
  const result = await page.evaluate<PageResult | { error: string }>('window.result');
  if ('error' in result) throw new Error(result.error);
  return result;
}
