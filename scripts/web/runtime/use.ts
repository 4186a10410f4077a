/** What the page does with onnxruntime, for the record of the functions that it calls. Runs on the tests' page of the sampler. */
import type { Page } from 'playwright-core';
import type { GraphRequest, GraphTensor, SampleRequest } from '#runtime-web/index.ts';
import { BATCH, FEATURES, SIZE } from '#site/views/learn/learning/cloud-network.ts';

/** Pictures of a call: one alone, a few, and a full panel. */
const COUNTS = [1, 2, 3, 9];

/**
 * Loads a model and samples it: several numbers of pictures, with guidance where the model takes it, by a stochastic sampler, and from a
 * picture where an encoder takes that.
 */
export async function sampleModel(page: Page, url: string, counts: readonly number[] = COUNTS): Promise<void> {
  await page.evaluate(
    async ({ url, counts }) => {
      const loaded = await window.sampler.load(url, { device: 'wasm' });
      const { autoencoder, nullCondition, conditions, conditionImage, distilled, shape } = loaded;
      const [, height, width] = shape;
      const told: SampleRequest = {
        conditions: Object.fromEntries(conditions.map(({ name, mean }) => [name, [mean]])),
        ...(conditionImage && { conditionImages: new Float32Array(conditionImage.shape[0] * height * width) }),
      };
      // A student takes its own calls, and no other sampler.
      const once = distilled ? {} : { steps: 1 };
      for (const count of counts) await window.sampler.sample({ ...told, ...once, count, seed: count });
      if (distilled) return;
      await window.sampler.sample({ ...told, count: 2, steps: 2, sampler: 'ddpm', guidance: nullCondition ? 2 : 1 });
      if (!autoencoder) return;
      const from = new Float32Array(autoencoder.shape.reduce((product, side) => product * side, 1));
      await window.sampler.sample({ ...told, steps: 2, from, strength: 0.5 });
    },
    { url, counts },
  );
}

/** Runs the graphs of the chapters: a network looked into, and the network of points, with its training step. */
export async function runGraphs(page: Page, origin: string): Promise<void> {
  const digits = `${origin}/models/digits`;
  const sample = { sample: floats(1, 1, 28, 28), timestep: floats(1), class_labels: whole(1) };
  const two = { sample: floats(2, 1, 28, 28), timestep: floats(2), class_labels: whole(2) };
  const network = { id: 'digits', source: { kind: 'url', url: digits }, path: 'unet/model.onnx' } as const;
  const blocks = ['conv_in', 'down_blocks.0.resnets.0', 'mid_block.resnets.0', 'up_blocks.0.resnets.0'];
  await runGraph(page, { ...network, feeds: sample });
  await runGraph(page, { ...network, feeds: two });
  await runGraph(page, { ...network, expose: blocks, feeds: sample });
  await runGraph(page, { ...network, cut: ['conv_in', 'down_blocks.0.resnets.0'], feeds: sample });

  const source = { kind: 'url', url: `${origin}/learn` } as const;
  const weights = floats(SIZE);
  const features = floats(BATCH, FEATURES);
  await runGraph(page, { id: 'guess', source, path: 'cloud-guess.onnx', feeds: { weights, features } });
  const [moment1, moment2, epsilon, rate] = [floats(SIZE), floats(SIZE), floats(BATCH, 2), floats(1)];
  const feeds = { weights, moment1, moment2, features, epsilon, rate };
  for (let i = 0; i < 2; i++) await runGraph(page, { id: 'step', source, path: 'cloud-step.onnx', feeds });
}

type Plain = { type: GraphTensor['type']; dims: number[] };

const floats = (...dims: number[]): Plain => ({ type: 'float32', dims });
const whole = (...dims: number[]): Plain => ({ type: 'int64', dims });

const runGraph = (page: Page, request: Omit<GraphRequest, 'feeds'> & { feeds: Record<string, Plain> }): Promise<void> =>
  page.evaluate(async ({ feeds, ...request }) => {
    const tensors = Object.entries(feeds).map(([name, { type, dims }]): [string, GraphTensor] => {
      const size = dims.reduce((product, side) => product * side, 1);
      if (type === 'int64') return [name, { type, dims, data: new BigInt64Array(size) }];
      return [name, { type: 'float32', dims, data: Float32Array.from({ length: size }, (_, i) => Math.sin(i)) }];
    });
    await window.sampler.run({ ...request, feeds: Object.fromEntries(tensors) });
  }, request);
