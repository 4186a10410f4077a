/** Several calls in one tab at once, of one model and of two: each gives the pictures that it gives alone. */
import { describe, expect, it } from 'vitest';
import type { SampleRequest } from '#runtime-web/index.ts';
import { LACKS_CHROMIUM } from '#test/browser/chromium.ts';
import { openEngine } from '#test/browser/engine.ts';
import { useBrowser, useHost } from '#test/browser/visit.ts';
import { latentModel } from '#test/models/latent-model.ts';
import { temporaryFolder } from '#test/pictures/images.ts';
import { skipBecause } from '#test/skip.ts';

/** Of as many images, which share buffers, and of fewer, which need another session. */
const REQUESTS: SampleRequest[] = [
  { seeds: [7, 3], steps: 3 },
  { seeds: [8, 9], steps: 2 },
  { seed: 8, steps: 2 },
];

describe('several calls at once', skipBecause(LACKS_CHROMIUM), () => {
  const { browser } = useBrowser();
  const host = useHost();
  const root = temporaryFolder();

  it.for(['wasm', 'webgpu'] as const)('do not disturb each other on %s', { tags: 'long' }, async (device) => {
    host().mount('/latents/', await latentModel(root));
    const page = await openEngine(browser(), host());
    const seen = await page.evaluate(
      async ({ requests, device }) => {
        const load = () => window.engine.loadModel('/latents', { device });
        const models = await Promise.all([load(), load()]);
        const calls = models.flatMap((model) =>
          requests.map((request) => async (signal?: AbortSignal) => [
            ...(await model.sample({ ...request, signal })).images,
          ]),
        );
        const alone: number[][] = [];
        for (const call of calls) alone.push(await call());
        // One of each model fails, and those behind it go on.
        const left = AbortSignal.abort(new Error('left'));
        const settled = await Promise.allSettled([calls[0]!(left), calls[3]!(left), ...calls.map((call) => call())]);
        for (const model of models) await model.dispose();
        return {
          alone,
          together: settled.map((each) => (each.status === 'fulfilled' ? each.value : `${each.reason}`)),
        };
      },
      { requests: REQUESTS, device },
    );
    expect(seen.alone[0]).not.toEqual(seen.alone[1]);
    expect(seen.together).toEqual(['Error: left', 'Error: left', ...seen.alone]);
  });

  it.for(['wasm', 'webgpu'] as const)(
    'fetch one encoder, and end before it is freed on %s',
    { tags: 'long' },
    async (device) => {
      host().mount('/latents/', await latentModel(root));
      const page = await openEngine(browser(), host());
      const seen = await page.evaluate(async (device) => {
        const model = await window.engine.loadModel('/latents', { device });
        const fetched = () =>
          performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('encoder.onnx')).length;
        const from = Float32Array.from({ length: 256 }, (_, i) => Math.sin(i / 3));
        let wanted = 0;
        const wantsStep = () => ++wanted < 0;
        const draw = (seed: number) => model.sample({ seed, steps: 4, from, strength: 0.5, wantsStep });
        const calls = [draw(1), draw(2)];
        await model.dispose();
        const pictures = (await Promise.all(calls)).map(({ images }) => images.every(Number.isFinite));
        return { pictures, fetched: fetched(), wanted };
      }, device);
      expect(seen).toEqual({ pictures: [true, true], fetched: 1, wanted: 4 });
    },
  );
});
