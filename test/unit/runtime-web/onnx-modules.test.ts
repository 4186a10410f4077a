import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { valuesOfModules, withOutputs, withoutSkips } from '#runtime-web/session/onnx-modules.ts';
import { blocksOf } from '#site/views/learn/network/blocks.ts';
import { expectClose } from '#test/compare.ts';

const DIGITS = join(import.meta.dirname, '..', '..', '..', 'models', 'digits', 'unet');
const SIZE = 28;

const feeds = (timestep: number, label: bigint) => ({
  sample: new Tensor(
    'float32',
    Float32Array.from({ length: SIZE * SIZE }, (_, i) => Math.sin(i)),
    [1, 1, SIZE, SIZE],
  ),
  timestep: new Tensor('float32', [timestep], [1]),
  class_labels: new Tensor('int64', [label], [1]),
});

const digits = async () => new Uint8Array(await readFile(join(DIGITS, 'model.onnx')));

test('every block of the shipped U-Net gives what its config says, and the network stays the same', async () => {
  const blocks = blocksOf(JSON.parse(await readFile(join(DIGITS, 'config.json'), 'utf8')), SIZE);
  const onnx = await digits();
  const values = await valuesOfModules(
    onnx,
    blocks.map(({ module }) => module),
  );
  expect(new Set(values).size).toBe(blocks.length);
  const opened = await InferenceSession.create(withOutputs(onnx, values));
  const out = await opened.run(feeds(321, 3n));
  const before = await (await InferenceSession.create(onnx)).run(feeds(321, 3n));
  expect(Object.keys(out)).toEqual(['out_sample', ...values]);
  for (const [i, { module, channels, side }] of blocks.entries()) {
    expect(out[values[i]!]!.dims, module).toEqual([1, channels, side, side]);
  }
  const [a, b] = [out, before].map(({ out_sample: made }) => made!.data as Float32Array);
  expectClose(a!, b!, { absolute: 1e-4 });
});

test('a cut skip brings zeros: the shortcut of the block that it leads to sees only the way up', async () => {
  const onnx = await digits();
  const run = async (modules: readonly string[]) => {
    const own = ['conv_in/Add', 'up_blocks.1.resnets.0.conv2/Concat'];
    const session = await InferenceSession.create(withOutputs(await withoutSkips(onnx, modules), own));
    const out = await session.run(feeds(100, 7n));
    return [out.out_sample!.data as Float32Array, ...own.map((name) => out[name]!.data as Float32Array)] as const;
  };
  const [whole, [cut, source, joined]] = [await run([]), await run(['conv_in'])];
  const before = joined!.length - source!.length;
  expect(source).toEqual(whole[1]);
  expect(whole[2]!.subarray(before)).toEqual(source);
  expect(joined).toEqual(Float32Array.from(whole[2]!, (value, i) => (i < before ? value : 0)));
  expect(Math.max(...cut.map((value, i) => Math.abs(value - whole[0][i]!)))).toBeGreaterThan(0.05);
  expect(Buffer.compare(await digits(), onnx)).toBe(0);
});

test('a module that the network does not have, and one where no skip begins, is an error with its name', async () => {
  await expect(valuesOfModules(await digits(), ['conv_in', 'attention.7'])).rejects.toThrow(
    'Cannot look into the network: module must be one that it has, received "attention.7".',
  );
  await expect(withoutSkips(await digits(), ['up_blocks.1.resnets.1'])).rejects.toThrow(
    'Cannot cut a skip: module must be one that a skip begins at, received "up_blocks.1.resnets.1".',
  );
});

test('many and long names are still read as outputs', async () => {
  const [name] = await valuesOfModules(await digits(), ['conv_in']);
  const joined = withOutputs(await digits(), [name!]);
  const session = await InferenceSession.create(joined);
  expect(session.outputNames).toEqual(['out_sample', name]);
  expect(withOutputs(await digits(), ['x'.repeat(300)]).length - (await digits()).length).toBe(3 + 3 + 3 + 300);
});
