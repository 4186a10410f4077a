/** What the engine samples from pictures, masks and mixed seeds, and with guidance: as Node does, on both devices. */
import { describe, expect, it } from 'vitest';
import type { SampleRequest } from '#runtime-web/index.ts';
import { LACKS_CHROMIUM } from '#test/browser/chromium.ts';
import { expectPicturesOfNode, openEngine, sampleAll } from '#test/browser/engine.ts';
import { useBrowser, useHost } from '#test/browser/visit.ts';
import { latentModel } from '#test/models/latent-model.ts';
import { GUIDED, temporaryFolder, tinyArtefact } from '#test/models/tiny-onnx.ts';
import { skipBecause } from '#test/skip.ts';

const SHAPE = [3, 5, 7] as const;
const CLASSES = { classes: ['none', 'bone', 'flesh'] };
const MASKS = Uint8Array.from({ length: 70 }, (_, i) => (i * i) % 3);
const PICTURES = Float32Array.from({ length: 210 }, (_, i) => Math.sin(i) / 2);
const FROM = PICTURES.slice(0, 105);
const MASK = Float32Array.from({ length: 35 }, (_, i) => [0, 1, 0, 0.25][i % 4]!);
const WAVES = Float32Array.from({ length: 256 }, (_, i) => Math.sin(i / 3));
const TOLD = { shape: [6, 5, 7], conditionImage: CLASSES, nullCondition: true, maskOutput: CLASSES } as const;

const ROWS: [what: string, folder: () => Promise<string>, requests: SampleRequest[]][] = [
  [
    'starts from pictures, keeps what a mask keeps and mixes seeds',
    () => tinyArtefact({ shape: SHAPE, classes: 3 }),
    [
      { seeds: [3, 1], steps: 5, from: PICTURES, mask: MASK, resamples: 2, sampler: 'ddpm' },
      { seeds: [3, 1], steps: 6, from: FROM, strength: 0.5, sampler: 'heun' },
      { seeds: [3, 1], steps: 5, from: FROM, mask: MASK, strength: 0.7, sampler: 'dpmpp_3m' },
      { interpolate: [3, 7], labels: [2, 0], count: 3, steps: 4, sampler: 'euler_ancestral' },
      { variations: 7, labels: [1], variation: 0.3, count: 2, steps: 3 },
    ],
  ],
  [
    'guides with the half of a doubled batch that has no condition',
    () => tinyArtefact({ shape: SHAPE, ...GUIDED, classes: 3 }),
    [
      { seeds: [3, 1, 2], steps: 6, guidance: 3, labels: [2, 0], conditions: { age: [30, 70] }, sampler: 'ddpm' },
      { seeds: [3, 1, 2], steps: 6, guidance: 1, labels: [2, 0], sampler: 'ddpm' },
      { seeds: [3, 1, 2], steps: 6, labels: [1], guidance: 0, guidanceInterval: [20, 70], sampler: 'heun' },
      { seeds: [3], steps: 4 },
    ],
  ],
  [
    'tells the network masks, guides by them, and draws masks',
    () => tinyArtefact(TOLD),
    [
      { seeds: [3, 1, 2], steps: 4, conditionImages: MASKS.slice(0, 35), sampler: 'ddpm' },
      { seeds: [3, 1], steps: 4, conditionImages: MASKS, guidance: 3 },
      { seeds: [3, 1], steps: 3 },
    ],
  ],
  [
    'draws latents and decodes them, from noise and from a picture',
    () => latentModel(temporaryFolder()),
    [
      { seeds: [3, 1], steps: 12 },
      { seeds: [3], steps: 4, sampler: 'ddpm', from: WAVES, strength: 0.5 },
      { seeds: [2], steps: 4, sampler: 'ddpm', from: WAVES, mask: WAVES.map((_, i) => Number(i < 64)) },
    ],
  ],
];

describe('the engine', skipBecause(LACKS_CHROMIUM), () => {
  const { browser } = useBrowser();
  const host = useHost();

  it.each(ROWS)('%s as Node does, on both devices', { tags: 'long' }, async (_, make, requests) => {
    const folder = await make();
    host().mount('/model/', folder);
    const page = await openEngine(browser(), host());
    for (const device of ['webgpu', 'wasm'] as const) {
      const { made, reason } = await sampleAll(page, '/model', requests, device);
      if (device === 'webgpu' && requests[0]!.guidance) expect(reason).toMatch(/captured once and replayed/);
      await expectPicturesOfNode(folder, requests, made);
      if (requests[0]!.mask !== MASK) continue;
      const kept = [...PICTURES.keys()].filter((i) => MASK[i % 35] === 0);
      for (const shown of [made[0]!.images, made[0]!.x0])
        expect(kept.map((i) => shown[i])).toEqual(kept.map((i) => PICTURES[i]));
    }
  });
});
