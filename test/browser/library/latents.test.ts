/** A model that draws latents on WebGPU, on the software adapter: Node's pictures, and what of them comes down from the GPU. */
import { describe, expect, it } from 'vitest';
import { loadModel, type SampleProgress } from '#runtime-node/index.ts';
import type { SampleRequest } from '#runtime-web/index.ts';
import { putBack } from '#scheduler/index.ts';
import { LACKS_CHROMIUM } from '#test/browser/chromium.ts';
import { openEngine } from '#test/browser/engine.ts';
import { useBrowser, useHost } from '#test/browser/visit.ts';
import { expectClose } from '#test/compare.ts';
import { latentModel } from '#test/models/latent-model.ts';
import { temporaryFolder } from '#test/pictures/images.ts';
import { skipBecause } from '#test/skip.ts';

/** Bytes of one; latents have half as many. */
const PICTURE = 4 * 16 * 16;

/** The picture that requests start from, and what is painted anew. */
const FROM = Array.from({ length: 256 }, (_, i) => Math.sin(i / 3));
const MASK = FROM.map((_, i) => Number(i < 64));

type Request = Omit<SampleRequest, 'from' | 'mask'> & { from?: true; mask?: true };

const REQUESTS: Request[] = [
  { seeds: [7, 3, 5], steps: 3 },
  { seed: 8, steps: 4, sampler: 'ddpm', from: true, strength: 0.5 },
  { seeds: [9, 4, 2], steps: 4, sampler: 'ddpm', from: true, mask: true },
];

const given = ({ from, mask, ...request }: Request): SampleRequest => ({
  ...request,
  ...(from && { from: Float32Array.from(FROM) }),
  ...(mask && { mask: Float32Array.from(MASK) }),
});

describe('latents on WebGPU', skipBecause(LACKS_CHROMIUM), () => {
  const { browser } = useBrowser();
  const host = useHost();
  const root = temporaryFolder();

  it('become the pictures of Node on the GPU: latents never come down from it', { tags: 'long' }, async () => {
    const folder = await latentModel(root);
    host().mount('/latents/', folder);
    const page = await openEngine(browser(), host());
    const seen = await page.evaluate(
      async ({ requests, FROM, MASK }) => {
        const model = await window.engine.loadModel('/latents', { device: 'webgpu' });
        const { mapAsync } = GPUBuffer.prototype;
        let down: number[] = [];
        GPUBuffer.prototype.mapAsync = function (this: GPUBuffer, mode, offset, size = this.size) {
          if (mode === GPUMapMode.READ) down.push(size);
          return mapAsync.call(this, mode, offset, size);
        };
        const made: {
          images: number[];
          seeds: number[];
          steps: number[];
          x: number[];
          x0: number[];
          down: number[];
        }[] = [];
        for (const watched of [false, true]) {
          for (const { from, mask, ...request } of requests) {
            down = [];
            let last = { x: [] as number[], x0: [] as number[] };
            const steps: number[] = [];
            const { images, seeds } = await model.sample({
              ...request,
              ...(from && { from: Float32Array.from(FROM) }),
              ...(mask && { mask: Float32Array.from(MASK) }),
              ...(watched && {
                onStep: ({ step, x, x0 }) => {
                  steps.push(step);
                  last = { x: Array.from(x), x0: Array.from(x0) };
                },
              }),
            });
            made.push({ images: Array.from(images), seeds: seeds as number[], steps, ...last, down });
          }
        }
        GPUBuffer.prototype.mapAsync = mapAsync;
        await model.dispose();
        return { made, device: model.device };
      },
      { requests: REQUESTS, FROM, MASK },
    );
    expect(seen.device).toBe('webgpu');
    const node = await loadModel(folder, { device: 'cpu' });
    for (const [i, request] of REQUESTS.map(given).entries()) {
      let shown = new Float32Array();
      const steps: number[] = [];
      const onStep = ({ step, x0 }: SampleProgress) => {
        steps.push(step);
        shown = x0.slice();
      };
      const expected = await node.sample({ ...request, onStep });
      const x0 = await node.decode(shown);
      if (request.mask)
        putBack(x0, { picture: Float32Array.from([...FROM, ...FROM, ...FROM]), mask: request.mask, noise: x0 });
      const close = (found: number[], like: Float32Array, what: string) =>
        expectClose(found, like, { absolute: 5e-4, what: `${what} of request ${i}` });
      const [alone, watched] = [seen.made[i]!, seen.made[REQUESTS.length + i]!];
      for (const { images, seeds } of [alone, watched]) {
        expect(seeds).toEqual(expected.seeds);
        close(images, expected.images, 'pictures');
      }
      close(watched.x, expected.images, 'x');
      close(watched.x0, x0, 'x0');
      expect(watched.steps).toEqual(steps);
      // The word that says whether all was finite, each picture, and what the encoder makes of the start, which is as large.
      expect([...new Set(alone.down)].sort()).toEqual([PICTURE, 4].sort());
      const pictures = alone.down.filter((bytes) => bytes === PICTURE).length;
      expect(pictures).toBe(expected.seeds.length + Number(request.from !== undefined));
    }
    await node.dispose();
  });
});
