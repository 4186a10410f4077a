/** What the engine samples from pictures, masks and mixed seeds, and with guidance: as Node does, on both devices. */
import { describe, expect, it } from 'vitest';
import type { SampleRequest } from '#runtime-web/index.ts';
import { LACKS_CHROMIUM } from '#test/browser/chromium.ts';
import { expectPicturesOfNode, openEngine, sampleAll } from '#test/browser/engine.ts';
import { useBrowser, useHost } from '#test/browser/visit.ts';
import { latentModel } from '#test/models/latent-model.ts';
import { GUIDED, temporaryFolder, tinyArtefact } from '#test/models/tiny-onnx.ts';
import { skipBecause } from '#test/skip.ts';

describe('the engine', skipBecause(LACKS_CHROMIUM), () => {
  const { browser } = useBrowser();
  const host = useHost();

  it('starts from pictures, keeps what a mask keeps and mixes seeds as Node does, on both devices', {
    tags: 'long',
  }, async () => {
    const shape = [3, 5, 7] as const;
    const folder = await tinyArtefact({ shape, classes: 3 });
    host().mount('/tiny/', folder);
    const pictures = Float32Array.from({ length: 210 }, (_, i) => Math.sin(i) / 2);
    const from = pictures.slice(0, 105);
    const mask = Float32Array.from({ length: 35 }, (_, i) => [0, 1, 0, 0.25][i % 4]!);
    const requests: SampleRequest[] = [
      { seeds: [3, 1], steps: 6, from, strength: 0.5, sampler: 'heun' },
      { seeds: [3, 1], steps: 5, from: pictures, mask, resamples: 2, sampler: 'ddpm' },
      { seeds: [3, 1], steps: 5, from, mask, strength: 0.7, sampler: 'dpmpp_3m' },
      { interpolate: [3, 7], labels: [2, 0], count: 3, steps: 4, sampler: 'euler_ancestral' },
      { variations: 7, labels: [1], variation: 0.3, count: 2, steps: 3 },
    ];
    const page = await openEngine(browser(), host());
    for (const device of ['webgpu', 'wasm'] as const) {
      const { made } = await sampleAll(page, '/tiny', requests, device);
      await expectPicturesOfNode(folder, requests, made);
      const kept = [...pictures.keys()].filter((i) => mask[i % 35] === 0);
      for (const shown of [made[1]!.images, made[1]!.x0]) {
        expect(kept.map((i) => shown[i])).toEqual(kept.map((i) => pictures[i]));
      }
    }
  });

  it('guides with the half of a doubled batch that has no condition, as Node does, on both devices', {
    tags: 'long',
  }, async () => {
    const shape = [3, 5, 7] as const;
    const folder = await tinyArtefact({ shape, ...GUIDED, classes: 3 });
    host().mount('/tiny/', folder);
    const requests: SampleRequest[] = [
      { seeds: [3, 1, 2], steps: 6, guidance: 3, labels: [2, 0], conditions: { age: [30, 70] }, sampler: 'ddpm' },
      { seeds: [3, 1, 2], steps: 6, guidance: 1, labels: [2, 0], sampler: 'ddpm' },
      { seeds: [3, 1, 2], steps: 6, labels: [1], guidance: 0, guidanceInterval: [20, 70], sampler: 'heun' },
      { seeds: [3], steps: 4 },
    ];
    const page = await openEngine(browser(), host());
    for (const device of ['webgpu', 'wasm'] as const) {
      const { made, reason } = await sampleAll(page, '/tiny', requests, device);
      if (device === 'webgpu') expect(reason).toMatch(/captured once and replayed/);
      await expectPicturesOfNode(folder, requests, made);
    }
  });

  it('tells the network masks, guides by them, and draws masks, as Node does, on both devices', {
    tags: 'long',
  }, async () => {
    const classes = ['none', 'bone', 'flesh'];
    const folder = await tinyArtefact({
      shape: [6, 5, 7],
      conditionImage: { classes },
      nullCondition: true,
      maskOutput: { classes },
    });
    host().mount('/tiny/', folder);
    const masks = Uint8Array.from({ length: 70 }, (_, i) => (i * i) % 3);
    const requests: SampleRequest[] = [
      { seeds: [3, 1, 2], steps: 4, conditionImages: masks.slice(0, 35), sampler: 'ddpm' },
      { seeds: [3, 1], steps: 4, conditionImages: masks, guidance: 3 },
      { seeds: [3, 1], steps: 3 },
    ];
    const page = await openEngine(browser(), host());
    for (const device of ['webgpu', 'wasm'] as const) {
      const { made } = await sampleAll(page, '/tiny', requests, device);
      await expectPicturesOfNode(folder, requests, made);
      expect(made[0]!.images).toHaveLength(3 * 3 * 35);
    }
  });

  it('draws latents and decodes them, from noise and from a picture, as Node does, on both devices', {
    tags: 'long',
  }, async () => {
    const folder = await latentModel(temporaryFolder());
    host().mount('/latents/', folder);
    const from = Float32Array.from({ length: 256 }, (_, i) => Math.sin(i / 3));
    const mask = from.map((_, i) => Number(i < 64));
    const requests: SampleRequest[] = [
      { seeds: [3, 1], steps: 12 },
      { seeds: [3], steps: 4, sampler: 'ddpm', from, strength: 0.5 },
      { seeds: [2], steps: 4, sampler: 'ddpm', from, mask },
    ];
    const page = await openEngine(browser(), host());
    for (const device of ['webgpu', 'wasm'] as const) {
      const { made } = await sampleAll(page, '/latents', requests, device);
      await expectPicturesOfNode(folder, requests, made);
      expect(made[0]!.images).toHaveLength(2 * 256);
    }
  });
});
