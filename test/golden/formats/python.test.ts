/** Smaller networks in Python: ONNX's checker, onnxruntime's Python package, and onnxruntime's own quantisation beside ours. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { convertNetwork } from '#pipeline/export/formats/convert.ts';
import { type SmallFormat, WEIGHT_BITS } from '#pipeline/export/formats/names.ts';
import { readModelFolder } from '#runtime-node/index.ts';
import { gaussian } from '#scheduler/index.ts';
import { expectClose } from '#test/compare.ts';
import { smallModel } from '#test/models/small-network.ts';
import { temporaryFolder } from '#test/pictures/images.ts';
import { askPython, lacksPython, skipBecause } from '#test/skip.ts';

const REFERENCE = fileURLToPath(new URL('reference.py', import.meta.url));
const DIMS = [2, 1, 8, 8];
const folder = temporaryFolder();
const FORMATS = ['float16', 'int8-weights', 'int8'] as const;

/** Noise at timesteps all over the schedule. */
const calls = Array.from({ length: 10 }, (_, i) => {
  const sample = new Float32Array(128);
  gaussian(i, 0, sample);
  return { sample: [...sample], dims: DIMS, timestep: [5 * i, 5 * i + 2], labels: [i % 3, (i + 1) % 3] };
});

describe('smaller networks in Python', () => {
  it('pass the checker, give the same outputs, and are as near to float32 as those of the tool of onnxruntime', {
    timeout: 120_000,
    ...skipBecause(lacksPython('onnxruntime.quantization')),
  }, async () => {
    const facts = await readModelFolder(await smallModel(folder));
    const float32 = new Uint8Array(await readFile(facts.onnx));
    const convert = (format: SmallFormat) =>
      convertNetwork(float32, {
        action: 'test',
        format,
        facts,
        bits: WEIGHT_BITS[format][0],
        calibration: { count: 8, seed: 1, steps: 10 },
      });
    const small: Record<string, Uint8Array> = {};
    for (const format of FORMATS) {
      small[format] = await convert(format);
      await writeFile(join(folder, `${format}.onnx`), small[format]);
    }
    await writeFile(join(folder, 'float32.onnx'), float32);
    await writeFile(join(folder, 'calls.json'), JSON.stringify(calls));
    const { error, first } = askPython([REFERENCE, folder]);
    process.stdout.write(`relative errors: ${JSON.stringify(error)}\n`);
    expect(error.float16).toBeLessThan(1e-3);
    expect(error['int8-weights']).toBeLessThan(0.02);
    expect(error['int8-weights']).toBeLessThan(error.int8);
    expect(error.int8).toBeLessThan(1.25 * error.tool);
    for (const [format, absolute] of [
      ['float16', 1e-5],
      ['int8-weights', 1e-5],
      // Two versions may round a value that lies between two levels either way.
      ['int8', 0.05],
    ] as const) {
      const session = await InferenceSession.create(small[format]!);
      const [call] = calls;
      const { out_sample: ours } = await session.run({
        sample: new Tensor('float32', Float32Array.from(call!.sample), DIMS),
        timestep: new Tensor('float32', Float32Array.from(call!.timestep), [2]),
        class_labels: new Tensor('int64', BigInt64Array.from(call!.labels, BigInt), [2]),
      });
      const actual = (ours!.data as Float32Array).subarray(0, 16);
      expectClose(actual, Float32Array.from(first[format]), {
        absolute,
        relative: 0,
        what: `out_sample of ${format}`,
      });
    }
  });
});
