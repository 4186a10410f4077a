/** A model in a tab, on onnxruntime's WebAssembly: the pictures are those of Node, whatever it is told or draws. */
import { existsSync, openAsBlob } from 'node:fs';
import { join } from 'node:path';
import { loadModel as loadInNode } from '@onnoise/runtime-node';
import { loadModel, type SampleRequest } from '@onnoise/runtime-web';
import { LINE_SAMPLERS, SAMPLER_NAMES, type SamplerTable } from '@onnoise/scheduler';
import { completeRequest, MODEL_FILES } from '@onnoise/scheduler/model';
import { expect, it, onTestFinished } from 'vitest';
import { exportSmallerCopy } from '#pipeline/export/formats/existing.ts';
import { openOrtInNode } from '#test/browser/ort-in-node.ts';
import { expectClose } from '#test/compare.ts';
import { exportWave } from '#test/diffusers/export.ts';
import { latentModel } from '#test/models/latent-model.ts';
import { SMALL_FLOW, SMALL_UNET, smallModel } from '#test/models/small-network.ts';
import { type TinyOptions, tinyArtefact } from '#test/models/tiny-onnx.ts';
import { unetConfig } from '#test/models/unet.ts';
import { temporaryFolder } from '#test/temporary/folder.ts';

openOrtInNode();

const DIGITS = join(import.meta.dirname, '..', '..', '..', 'models', 'digits');

async function filesOf(folder: string, without?: string) {
  const paths = Object.values(MODEL_FILES).filter((path) => path !== without && existsSync(join(folder, path)));
  return Object.fromEntries(await Promise.all(paths.map(async (path) => [path, await openAsBlob(join(folder, path))])));
}

async function load(folder: string) {
  const web = await loadModel(await filesOf(folder), { device: 'wasm' });
  const node = await loadInNode(folder, { device: 'cpu' });
  onTestFinished(async () => {
    await Promise.all([web.dispose(), node.dispose()]);
  });
  return { web, node };
}

/** Rows may enlarge the rounding of the network's output by as much. */
function largestCoefficient({ rows }: SamplerTable): number {
  const numbers = rows.flatMap(({ timestep: _, y, ...row }) => [...Object.values(row), ...Object.values(y ?? {})]);
  return Math.max(...numbers.map(Math.abs));
}

const GRAY = new Float32Array(28 * 28).fill(-0.25);
const WAVES = Float32Array.from({ length: 256 }, (_, i) => Math.sin(i / 3));
const LATENT_MASK = WAVES.map((_, i) => Number(i < 64));
const CLASSES = { classes: ['background', 'bone', 'flesh'] };
const mask = (by: number) => Uint8Array.from({ length: 16 }, (_, i) => (i + by) % 3);
const told = Float32Array.from({ length: 32 }, (_, i) => i / 16 - 1);
const tiny = (options: TinyOptions) => () => tinyArtefact(options);
async function flow() {
  const root = temporaryFolder();
  const schedule = { prediction_type: 'flow_prediction', shift: 2 };
  await exportWave(root, unetConfig({ attention_head_dim: 4 }), schedule);
  return root;
}

const QUICK: [what: string, folder: () => Promise<string>, requests: SampleRequest[]][] = [
  [
    'flow matching',
    flow,
    LINE_SAMPLERS.flatMap((sampler) =>
      [{}, { from: new Float32Array(16).fill(0.25), strength: 0.6 }].map((start) => ({
        seeds: [3, 4],
        steps: 5,
        sampler,
        ...start,
      })),
    ),
  ],
  [
    'a model that is told masks',
    tiny({ conditionImage: CLASSES, nullCondition: true }),
    [
      { conditionImages: mask(0), count: 3 },
      { conditionImages: Uint8Array.from([...mask(0), ...mask(1)]) },
      { conditionImages: mask(2), count: 2, guidance: 3 },
      { count: 2 },
    ],
  ],
  [
    'a model that is told pictures',
    tiny({ conditionImage: { channels: 2 } }),
    [{ conditionImages: told }, { conditionImages: told.toReversed() }],
  ],
  ['a model that draws masks', tiny({ shape: [4, 4, 4], maskOutput: CLASSES }), [{ count: 2 }]],
  [
    'a model that draws latents',
    () => latentModel(temporaryFolder()),
    [
      { seed: 7, count: 2 },
      { seed: 8, sampler: 'ddpm', from: WAVES, strength: 0.5 },
      { seed: 9, count: 2, sampler: 'ddpm', from: WAVES, mask: LATENT_MASK },
    ],
  ],
];
const LONG: typeof QUICK = [
  [
    'the shipped digits',
    async () => DIGITS,
    [
      { seeds: [7, 2 ** 33 + 1], labels: [3, 8] },
      { seed: 12, count: 2, sampler: 'ddim', eta: 1 },
      { seed: 13, sampler: 'ddpm', from: GRAY, strength: 0.7 },
      { seed: 14, sampler: 'ddpm', from: GRAY, mask: GRAY.map((_, i) => Number(i < 392)), resamples: 2 },
      { seed: 15, sampler: 'ddpm', latents: GRAY.map((_, i) => Math.sin(i)), returnLatents: true },
      { interpolate: [15, 16], count: 3, labels: [3, 8] },
      ...SAMPLER_NAMES.map((sampler) => ({ seed: 11, steps: 4, sampler })),
    ],
  ],
];

it.each(QUICK)('gives the pictures of Node of %s', (_, folder, requests) => givesThoseOfNode(folder, requests));
it.each(LONG)('gives the pictures of Node of %s', { tags: 'long' }, (_, folder, requests) =>
  givesThoseOfNode(folder, requests),
);

async function givesThoseOfNode(folder: () => Promise<string>, requests: SampleRequest[]): Promise<void> {
  const { web, node } = await load(await folder());
  const facts = ({ shape, classes, classNames, scheduler, autoencoder }: typeof web | typeof node) =>
    JSON.stringify({ shape, classes, classNames, scheduler, autoencoder });
  expect(facts(web)).toBe(facts(node));
  const all = new Set<string>();
  for (const asked of requests) {
    const request = { steps: 3, ...('interpolate' in asked || 'seeds' in asked ? {} : { seed: 4 }), ...asked };
    const [made, expected] = [await web.sample(request), await node.sample(request)];
    const { images, maskConfidence = [], ...rest } = made;
    const { images: wanted, maskConfidence: share = [], ...others } = expected;
    expect(rest).toMatchObject(others);
    const absolute = 2e-5 + 1e-6 * largestCoefficient(completeRequest(node, request).table);
    expectClose(images, wanted, { absolute: web.autoencoder ? 1e-4 : absolute, what: JSON.stringify(request) });
    expectClose(maskConfidence, share, { absolute: 1e-5 });
    if (request.mask && web.autoencoder) expect(images.subarray(64, 256)).toEqual(WAVES.subarray(64));
    all.add([...images].join());
  }
  expect(all.size).toBeGreaterThan(requests.length / 2);
}

it('shows latents decoded on their way, now and then', async () => {
  const web = await loadModel(await filesOf(await latentModel(temporaryFolder())), { device: 'wasm' });
  onTestFinished(() => web.dispose());
  expect(web.autoencoder).toMatchObject({ shape: [1, 16, 16], scaling: 0.5, shift: 0.25, stride: 2 });
  const seen: { step: number; x: Float32Array }[] = [];
  const { images } = await web.sample({ seed: 7, steps: 20, onStep: ({ step, x }) => void seen.push({ step, x }) });
  expect(seen.map(({ step }) => step)).toEqual([3, 6, 9, 12, 15, 18, 20]);
  expectClose(seen.at(-1)!.x, images, { absolute: 1e-6 });
});

const { vae, encoder, decoder } = MODEL_FILES;
it.each([vae, decoder, encoder])('says that %s is missing once it is needed', async (path) => {
  const missing = `its ${path} is missing`;
  const loading = loadModel(await filesOf(await latentModel(temporaryFolder()), path), { device: 'wasm' });
  if (path !== encoder) return expect(loading).rejects.toThrow(missing);
  const web = await loading;
  onTestFinished(() => web.dispose());
  await web.sample({ steps: 2 });
  await expect(web.sample({ steps: 2, from: WAVES, strength: 0.5 })).rejects.toThrow(missing);
});

it.each([
  ['a chain of betas', {}],
  ['flow matching', SMALL_FLOW],
])('samples float16, int8 weights and int8 of %s', { tags: 'long', timeout: 120_000 }, async (_, scheduler) => {
  const root = temporaryFolder();
  const model = await smallModel(root, SMALL_UNET, scheduler);
  for (const [format, most] of [
    ['float16', 1e-4],
    ['int8-weights', 1e-4],
    ['int8', 0.05],
  ] as const) {
    const out = join(root, format);
    await exportSmallerCopy({ model, out, format, drift: 0.3 });
    const { web, node } = await load(out);
    const request = { seeds: [3, 4], steps: 4, labels: [0, 1] };
    const [made, expected] = [(await web.sample(request)).images, (await node.sample(request)).images];
    const squares = made.reduce((sum, value, i) => sum + (value - expected[i]!) ** 2, 0);
    // 8-bit kernels may round a value between two levels either way.
    expect(Math.sqrt(squares / made.length)).toBeLessThan(most);
  }
});
