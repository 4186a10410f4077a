/** Our runtime and tfjs in one page: they take turns, and `window.result` gets the milliseconds of each round. */
import { compileSampler, parseSchedulerConfig } from '@onnoise/scheduler';
import { loadModel } from '#runtime-web/index.ts';
import type { PageResult } from './result.ts';
import { openTfjs } from './tfjs-side.ts';

declare global {
  interface Window {
    result?: PageResult | { error: string };
  }
}

const query = new URLSearchParams(location.search);
const number = (name: string) => Number(query.get(name));
const device = query.get('device') as 'wasm' | 'webgpu';

try {
  window.result = await measure();
} catch (error) {
  window.result = { error: String((error as Error).stack ?? error) };
}

async function measure(): Promise<PageResult> {
  const [count, steps, rounds] = [number('count'), number('steps'), number('rounds')];
  const threads = navigator.hardwareConcurrency;
  const ours = await loadModel(new URL('/model', location.href), { device });
  const config = await (await fetch('/model/unet/config.json')).json();
  const theirs = await openTfjs(device, config, threads);

  const seeds = Array.from({ length: count }, (_, i) => i);
  const labels = ours.classes > 0 ? seeds.map((seed) => seed % ours.classes) : undefined;
  const sampler = parseSchedulerConfig(await (await fetch('/model/scheduler/scheduler_config.json')).json());
  const table = compileSampler(sampler, { sampler: 'ddim', steps });
  const times: { ours: number[]; tfjs: number[] } = { ours: [], tfjs: [] };
  let difference = 0;
  // The first round compiles and allocates.
  for (let round = -1; round < rounds; round++) {
    let began = performance.now();
    const { images } = await ours.sample({ seeds, ...(labels && { labels }), steps, sampler: 'ddim' });
    if (round >= 0) times.ours.push(performance.now() - began);
    began = performance.now();
    const others = await theirs.sample(table, seeds, labels);
    if (round >= 0) times.tfjs.push(performance.now() - began);
    difference = images.reduce((most, value, i) => Math.max(most, Math.abs(value - others[i]!)), difference);
  }
  return { device: ours.device, threads, ...times, difference };
}
