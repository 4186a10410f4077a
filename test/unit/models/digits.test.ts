import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadModel } from '../../../runtime-node/src/index.ts';
import { lacksPython, PYTHON, skipBecause } from '../../support/skip.ts';

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

  it("passes ONNX's own checker", skipBecause(lacksPython('onnx')), () => {
    const check = 'import onnx, sys; onnx.checker.check_model(onnx.load(sys.argv[1]), full_check=True)';
    execFileSync(PYTHON, ['-c', check, `${folder}/unet/model.onnx`]);
  });
});
