import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { loadModel } from '#runtime-node/index.ts';
import { lacksPython, PYTHON, skipBecause } from '#test/skip.ts';
import { describeNetwork } from '#training/folder/model-card.ts';

const folder = fileURLToPath(new URL('../../../models/digits', import.meta.url));

describe('models/digits', () => {
  it('loads and samples: a digit drawn on black, the same from the same seed', async () => {
    const model = await loadModel(folder, { device: 'cpu' });
    const began = performance.now();
    const options = { seeds: [7], steps: 20, labels: [3] };
    const { images, shape } = await model.sample(options);
    process.stdout.write(`models/digits: 20 steps in ${(performance.now() - began).toFixed(0)} ms\n`);
    expect(shape).toEqual([1, 28, 28]);
    const pixels = [...images];
    const ink = pixels.filter((value) => value > 0.5).length;
    expect(ink).toBeGreaterThan(25);
    expect(ink).toBeLessThan(300);
    // The border of a digit is black.
    const border = pixels.filter((_, i) => i < 28 || i >= 27 * 28 || i % 28 === 0 || i % 28 === 27);
    expect(Math.max(...border)).toBeLessThan(-0.5);
    expect((await model.sample(options)).images).toEqual(images);
    await model.dispose();
  });

  it('refuses timesteps and classes out of range, and says which are in it', async () => {
    const session = await InferenceSession.create(join(folder, 'unet', 'model.onnx'), { logSeverityLevel: 4 });
    const run = (timestep: number, label: bigint) =>
      session.run({
        sample: new Tensor('float32', new Float32Array(784), [1, 1, 28, 28]),
        timestep: new Tensor('float32', [timestep], [1]),
        class_labels: new Tensor('int64', [label], [1]),
      });
    for (const timestep of [-1, -1000, 1000]) await expect(run(timestep, 0n)).rejects.toThrow('idx=1000');
    for (const label of [-1n, 11n, 2n ** 32n + 3n]) await expect(run(0, label)).rejects.toThrow('idx=11 ');
    await run(999, 9n);
    const between = (await run(500.5, 0n)).out_sample!.data;
    for (const whole of [500, 501]) expect((await run(whole, 0n)).out_sample!.data).not.toEqual(between);
    const card = await readFile(join(folder, 'README.md'), 'utf8');
    expect(card).toContain(
      describeNetwork({
        classes: 10,
        nullCondition: true,
        conditions: [],
        timesteps: 1000,
        predictionType: 'v_prediction',
      }),
    );
  });

  it("passes ONNX's own checker", skipBecause(lacksPython('onnx')), () => {
    const check = 'import onnx, sys; onnx.checker.check_model(onnx.load(sys.argv[1]), full_check=True)';
    execFileSync(PYTHON, ['-c', check, `${folder}/unet/model.onnx`]);
  });
});
