/** The choice of a fused graph, on the CPU: no test here needs a GPU. */
import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { chooseLoop, sampleByLoop } from '#runtime-node/fused.ts';
import { completeRequest, type DeviceReport, loadModel, readModelFolder } from '#runtime-node/index.ts';
import { exportWave } from '#test/diffusers/export.ts';
import { fusedFolder, PLAIN } from '#test/models/fused.ts';
import { temporaryFolder } from '#test/pictures/images.ts';

const cpu = { device: 'cpu' as const };
const onCuda: DeviceReport = { device: 'cuda', reason: 'asked for' };

describe('a folder with a fused loop', () => {
  const root = temporaryFolder();
  let [plain, fused] = ['', ''];
  beforeAll(async () => {
    ({ plain, fused } = await fusedFolder(root, PLAIN, { kinds: ['loop'] }));
  }, 120_000);

  const reports: DeviceReport[] = [];
  const load = (folder: string, options = {}) =>
    loadModel(folder, { ...cpu, onDevice: (report) => reports.push(report), ...options });

  it('is sampled step by step on the CPU, unless the loop is asked for', async () => {
    const [usual, asked] = [await load(fused), await load(fused, { fused: true })];
    expect(reports.splice(0).map(({ reason }) => reason)).toEqual(['asked for', 'asked for; all steps in one call']);
    const [progress, looped]: number[][] = [[], []];
    const options = { count: 5, batch: 2, steps: 4 };
    const one = await usual.sample({ ...options, onProgress: ({ done }) => progress!.push(done) });
    const other = await asked.sample({ ...options, onProgress: ({ done, total }) => looped!.push(done, total) });
    expect(progress).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
    expect(looped).toEqual([4, 12, 8, 12, 12, 12]);
    expect(other).toEqual({ ...one, images: expect.any(Float32Array) });
    expect(Math.max(...other.images.map((value, i) => Math.abs(value - one.images[i]!)))).toBeLessThan(1e-6);
    for (const model of [usual, asked]) await model.dispose();
  }, 120_000);

  it('is sampled step by step where steps are shown, and from pictures, given noise and between seeds', async () => {
    const [usual, asked] = [await load(fused), await load(fused, { fused: true })];
    let steps = 0;
    await asked.sample({ count: 1, steps: 3, onStep: () => steps++ });
    expect(steps).toBe(3);
    const picture = new Float32Array(36).fill(0.5);
    for (const options of [
      { count: 2, steps: 3, from: picture, strength: 0.5 },
      { steps: 3, latents: picture },
      { seeds: [{ seed: 1, toward: 2, share: 0.5 }], steps: 3 },
    ]) {
      expect((await asked.sample(options)).images).toEqual((await usual.sample(options)).images);
    }
    const stopped = AbortSignal.abort(new Error('enough'));
    await expect(asked.sample({ count: 1, steps: 3, signal: stopped })).rejects.toThrow('enough');
    for (const model of [usual, asked]) await model.dispose();
  }, 120_000);

  it('says so where there is none, and passes by one that does not fit, unless it is asked for', async () => {
    const missing =
      /fused must be false for a folder without fused\/loop\.onnx, which pipeline convert --fuse loop writes, received true\.$/;
    await expect(load(plain, { fused: true })).rejects.toThrow(missing);
    await expect(load(plain, { fused: 'yes' })).rejects.toThrow('fused must be true or false');
    const unet = await readModelFolder(plain);
    expect(await chooseLoop(unet, onCuda, undefined)).toEqual({ report: onCuda });
    expect(await chooseLoop(await readModelFolder(fused), onCuda, false)).toEqual({ report: onCuda });

    const other = join(root, 'other');
    await exportWave(other, { ...PLAIN, norm_num_groups: 4 }, { prediction_type: 'v_prediction' });
    await cp(join(fused, 'fused'), join(other, 'fused'), { recursive: true });
    const stale =
      /loop\.onnx must be as pipeline convert --fuse writes it for .*model\.onnx, received one of another network/;
    await expect(load(other, { fused: true })).rejects.toThrow(stale);
    const { loop, report } = await chooseLoop(await readModelFolder(other), onCuda, undefined);
    expect([loop, report.device]).toEqual([undefined, 'cuda']);
    expect(report.reason).toMatch(stale);
    await writeFile(join(other, 'fused', 'loop.onnx'), 'not a graph');
    await expect(load(other, { fused: true })).rejects.toThrow('loop.onnx must be as pipeline convert');
  }, 120_000);

  it('gives no pictures where one is not finite, so that sampling step by step says which', async () => {
    const unet = await readModelFolder(fused);
    const run = async (_: object, { images }: { images: Tensor }) =>
      void (images.data as Float32Array).fill(Number.NaN, 3, 4);
    const request = completeRequest(unet, { count: 2, steps: 3 });
    expect(await sampleByLoop({ run } as unknown as InferenceSession, request, unet, {})).toBeUndefined();
  });
});
