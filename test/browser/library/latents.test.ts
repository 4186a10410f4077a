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
  { seeds: [8], steps: 4, sampler: 'ddpm', from: true, strength: 0.5 },
  { seeds: [9, 4, 2], steps: 4, sampler: 'ddpm', from: true, mask: true },
];

describe('latents on WebGPU', skipBecause(LACKS_CHROMIUM), () => {
  const { browser } = useBrowser();
  const host = useHost();

  /** The pictures themselves are compared in engine-starts.test.ts. */
  it('never come down from the GPU, and their pictures do only where somebody looks', { tags: 'long' }, async () => {
    const folder = await latentModel(temporaryFolder());
    host().mount('/latents/', folder);
    const page = await openEngine(browser(), host());
    const made = await page.evaluate(
      async ({ requests, FROM, MASK }) => {
        const model = await window.engine.loadModel('/latents', { device: 'webgpu' });
        const { mapAsync } = GPUBuffer.prototype;
        let down: number[] = [];
        GPUBuffer.prototype.mapAsync = function (this: GPUBuffer, mode, offset, size = this.size) {
          if (mode === GPUMapMode.READ) down.push(size);
          return mapAsync.call(this, mode, offset, size);
        };
        const made: { steps: number[]; x: number[]; x0: number[]; down: number[] }[] = [];
        for (const { from, mask, ...asked } of requests) {
          down = [];
          const picture = {
            ...(from && { from: Float32Array.from(FROM) }),
            ...(mask && { mask: Float32Array.from(MASK) }),
          };
          const request = { ...asked, ...picture };
          await model.sample(request);
          const one = { steps: [] as number[], x: [] as number[], x0: [] as number[], down: [...down] };
          await model.sample({
            ...request,
            onStep: ({ step, x, x0 }) => {
              one.steps.push(step);
              [one.x, one.x0] = [Array.from(x), Array.from(x0)];
            },
          });
          made.push(one);
        }
        await model.dispose();
        return made;
      },
      { requests: REQUESTS, FROM, MASK },
    );
    const node = await loadModel(folder, { device: 'cpu' });
    for (const [i, { from, mask, ...asked }] of REQUESTS.entries()) {
      const steps: number[] = [];
      let shown = new Float32Array();
      const onStep = ({ step, x0 }: SampleProgress) => {
        steps.push(step);
        shown = x0.slice();
      };
      const picture = {
        ...(from && { from: Float32Array.from(FROM) }),
        ...(mask && { mask: Float32Array.from(MASK) }),
      };
      const { images } = await node.sample({ ...asked, ...picture, onStep });
      const x0 = await node.decode(shown);
      if (mask)
        putBack(x0, { picture: Float32Array.from([...FROM, ...FROM, ...FROM]), mask: picture.mask!, noise: x0 });
      expect(made[i]!.steps).toEqual(steps);
      expectClose(made[i]!.x, images, { absolute: 5e-4, what: `x of request ${i}` });
      expectClose(made[i]!.x0, x0, { absolute: 5e-4, what: `x0 of request ${i}` });
      // The word that says whether all was finite, each picture, and what the encoder makes of the start, which is as large.
      const { down } = made[i]!;
      expect([...new Set(down)].sort()).toEqual([PICTURE, 4].sort());
      const pictures = down.filter((bytes) => bytes === PICTURE).length;
      expect(pictures).toBe(asked.seeds!.length + Number(from === true));
    }
    await node.dispose();
  });
});
