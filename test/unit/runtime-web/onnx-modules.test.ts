import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { valuesOfModules, withOutputs } from '#runtime-web/session/onnx-modules.ts';
import { blocksOf } from '#site/views/learn/network/blocks.ts';

const DIGITS = join(import.meta.dirname, '..', '..', '..', 'models', 'digits', 'unet');
const SIZE = 28;

const digits = async () => new Uint8Array(await readFile(join(DIGITS, 'model.onnx')));

test('every block of the shipped U-Net gives what its config says, and the network stays the same', async () => {
  const blocks = blocksOf(JSON.parse(await readFile(join(DIGITS, 'config.json'), 'utf8')), SIZE);
  const onnx = await digits();
  const values = await valuesOfModules(
    onnx,
    blocks.map(({ module }) => module),
  );
  expect(new Set(values).size).toBe(blocks.length);
  const feeds = {
    sample: new Tensor(
      'float32',
      Float32Array.from({ length: SIZE * SIZE }, (_, i) => Math.sin(i)),
      [1, 1, SIZE, SIZE],
    ),
    timestep: new Tensor('float32', [321], [1]),
    class_labels: new Tensor('int64', [3n], [1]),
  };
  const opened = await InferenceSession.create(withOutputs(onnx, values));
  const out = await opened.run(feeds);
  const before = await (await InferenceSession.create(onnx)).run(feeds);
  expect(Object.keys(out)).toEqual(['out_sample', ...values]);
  for (const [i, { module, channels, side }] of blocks.entries()) {
    expect(out[values[i]!]!.dims, module).toEqual([1, channels, side, side]);
  }
  const [a, b] = [out.out_sample!.data as Float32Array, before.out_sample!.data as Float32Array];
  expect(Math.max(...a.map((value, i) => Math.abs(value - b[i]!)))).toBeLessThan(1e-4);
});

test('a module that the network does not have is an error with its name', async () => {
  await expect(valuesOfModules(await digits(), ['conv_in', 'attention.7'])).rejects.toThrow(
    'Cannot look into the network: module must be one that it has, received "attention.7".',
  );
});

test('many and long names are still read as outputs', async () => {
  const [name] = await valuesOfModules(await digits(), ['conv_in']);
  const joined = withOutputs(await digits(), [name!]);
  const session = await InferenceSession.create(joined);
  expect(session.outputNames).toEqual(['out_sample', name]);
  expect(withOutputs(await digits(), ['x'.repeat(300)]).length - (await digits()).length).toBe(3 + 3 + 3 + 300);
});
