/** What every shipped model allows: it goes to Python and is taught on, and stays the network that was shipped. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { sizeOf } from '@onnoise/scheduler/model';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { checkWholeFolder, LIST_FILE, listOf } from '#base/files/whole-folder.ts';
import { readModelFolder } from '#runtime-node/index.ts';
import { gaussian } from '#scheduler/index.ts';
import { eachLong } from '#test/each-long.ts';
import { grayPicture, temporaryFolder, writeFiles } from '#test/pictures/images.ts';
import { done, runCli } from '#test/run-cli.ts';

/** Largest relative error of an output. Float16 loses nothing; of 8 and 6 bits sums are rounded, which no weights give. */
const MODELS = [
  { name: 'digits', most: 2e-5 },
  { name: 'hands-2', most: 6e-3 },
  { name: 'hands', most: 2e-3 },
  { name: 'hands-128', most: 2e-3 },
  { name: 'radiographs', most: 2e-3 },
  { name: 'modalities', most: 2e-3 },
  { name: 'fashion', most: 2e-5 },
];

const SHIPPED = join(import.meta.dirname, '../../../models');
const root = temporaryFolder();

const pipeline = (...args: string[]) => done(runCli(...args));

/** Writes pictures that the model can be taught: with its classes and conditions. Returns the options of `train`. */
async function lesson(name: string): Promise<string[]> {
  const { classes, classNames, conditions, autoencoder, nullCondition } = await readModelFolder(join(SHIPPED, name));
  const data = join(root, `${name} data`);
  const rows = Array.from({ length: Math.max(classes, 8) }, (_, i) => {
    const told = [...(classNames ? [classNames[i % classes]] : []), ...conditions.map(({ min }) => min! + i)];
    return { file: `${i}.png`, told, picture: grayPicture(128, 128, (x, y) => 8 * i + (x + y) / 4) };
  });
  const columns = [...(classNames ? ['kind'] : []), ...conditions.map(({ name }) => name)];
  const table = [['id', ...columns], ...rows.map(({ file, told }) => [file, ...told])].join('\n');
  await writeFiles(data, Object.fromEntries(rows.map(({ file, picture }) => [file, picture])));
  await writeFiles(root, { [`${name}.csv`]: table });
  return [
    ...['--cache-dir', join(root, 'cache')],
    ...['--data', data, ...(columns.length > 0 ? ['--csv', join(root, `${name}.csv`)] : [])],
    ...(classNames ? ['--label-column', 'kind'] : []),
    ...(conditions.length > 0 ? ['--condition-columns', conditions.map(({ name }) => name).join(',')] : []),
    ...(nullCondition ? ['--label-dropout', '0.1'] : []),
    ...(autoencoder ? ['--autoencoder', join(SHIPPED, name)] : []),
  ];
}

/** Relative error, root mean square. */
const errorOf = (actual: Float32Array, expected: Float32Array): number => {
  const length = (values: Float32Array) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  return length(actual.map((value, i) => value - expected[i]!)) / length(expected);
};

/** What a folder's network makes of noise. */
async function outputs(folder: string): Promise<Float32Array> {
  const { onnx, shape, classes, conditions } = await readModelFolder(folder);
  const batch = 4;
  const dims = [batch, ...shape];
  const sample = new Float32Array(sizeOf(dims));
  gaussian(3, 0, sample);
  const told = 2 * conditions.length;
  const session = await InferenceSession.create(onnx);
  const { out_sample } = await session.run({
    sample: new Tensor('float32', sample, dims),
    timestep: new Tensor('float32', Float32Array.of(0, 250, 500, 999), [batch]),
    ...(classes > 0 && { class_labels: new Tensor('int64', BigInt64Array.of(0n, 1n, 1n, 0n), [batch]) }),
    ...(told > 0 && { conditions: new Tensor('float32', new Float32Array(batch * told).fill(1), [batch, told]) }),
  });
  await session.release();
  return out_sample!.data as Float32Array;
}

describe('models/', () => {
  it('is all in this table', async () => {
    const entries = await readdir(SHIPPED, { withFileTypes: true });
    const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    expect(MODELS.map(({ name }) => name).toSorted()).toEqual(folders.toSorted());
  });

  // With -u the test writes the lists.
  it.each(MODELS)('$name is listed as it is, so that its own commands may write it again', async ({ name }) => {
    const folder = join(SHIPPED, name);
    await expect(await listOf(folder)).toMatchFileSnapshot(join(folder, LIST_FILE));
    await checkWholeFolder({ action: 'write a model', out: folder });
  });

  eachLong(MODELS, '$name goes to Python by convert --weights, and gives the same', async ({ name, most }) => {
    const [weights, back] = [join(root, `${name} weights`), join(root, `${name} back`)];
    await pipeline('convert', '--model', join(SHIPPED, name), '--out', weights, '--weights');
    await pipeline('import', weights, '--out', back);
    expect(errorOf(await outputs(back), await outputs(join(SHIPPED, name)))).toBeLessThan(most);
  });

  eachLong(MODELS, '$name is taught on by train --init, from what it gives', async ({ name, most }) => {
    const [run, model] = [join(root, `${name} run`), join(root, `${name} model`)];
    const still = ['--steps', '1', '--batch', '1', '--lr', '1e-30', '--sample-count', '1', '--sample-steps', '1'];
    await pipeline('train', '--init', join(SHIPPED, name), ...(await lesson(name)), ...still, '--out', run);
    await pipeline('export', '--run', run, '--out', model, '--no-weights');
    expect(errorOf(await outputs(model), await outputs(join(SHIPPED, name)))).toBeLessThan(most);
  });
});
