/** Shares of an order hold the files that `sample` writes: pictures, medical files, and pictures of masks that everyone is given. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parseDicom } from 'dicom-parser';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { makeOrder } from '#pipeline/bulk/order.ts';
import { sampleShard } from '#pipeline/bulk/sample-shard.ts';
import { shardAt } from '#pipeline/bulk/shards.ts';
import { labelPng, loadModel } from '#runtime-node/index.ts';
import { readManifest } from '#test/bulk.ts';
import { temporaryFolder, tinyArtefact } from '#test/models/tiny-onnx.ts';
import { writeFiles } from '#test/pictures/images.ts';
import { done, refuses, runCli } from '#test/run-cli.ts';
import { lacksTar, skipBecause } from '#test/skip.ts';

/** What does not depend on the name of the model's folder: UIDs, which are of the pixels too, or voxels, or words of 16 bits. */
const said = async (format: string, file: Buffer) => {
  if (format === 'nifti') return gunzipSync(file).subarray(228);
  if (format === 'png') return [file[24], await sharp(file).raw({ depth: 'ushort' }).toBuffer()];
  return ['x00080016', 'x00080018', 'x0020000e'].map((tag) => parseDicom(file).string(tag));
};

const GIVEN = '--count 5 --seed 7 --steps 2 --sampler ddim'.split(' ');

/** Makes all of an order in shards of three, and by `sample`; expects the same, and gives the manifest and its folder. */
async function expectSame(model: string, format: string, ending: string, args: readonly string[]) {
  const [out, singles] = [await temporaryFolder(), await temporaryFolder()];
  const given = ['--model', model, ...GIVEN, '--format', format, ...args];
  const bulk = [...given, '--shard', '3', '--out', out];
  await done(runCli('worker', '--shards', '0/1', '--device', 'cpu', ...bulk));
  await done(runCli('generate', '--merge', ...bulk));
  await done(runCli('sample', ...given, '--out', join(singles, 's.png'), '--singles', singles));
  const manifest = await readManifest(out);
  for (const { file } of manifest.shards) execFileSync('tar', ['xf', join(out, file)], { cwd: out });
  for (const seed of [7, 8, 9, 10, 11]) {
    const [there, here] = [
      join(out, `${String(seed).padStart(9, '0')}.${ending}`),
      join(singles, `${seed}.${ending}`),
    ].map((path) => said(format, readFileSync(path)));
    expect(await there).toEqual(await here);
  }
  return { ...manifest, out };
}

test.each([
  ['dicom', 'dcm', '--labels 1 --modality CR --body-part HAND'],
  ['dicom', 'dcm', '--labels 1 --modality CT --pixel-spacing 0.7'],
  ['nifti', 'nii.gz', '--labels 1'],
  ['png', 'png', '--labels 1 --depth 16'],
])('a share holds the files of sample as %s', skipBecause(lacksTar()), async (format, ending, typed) => {
  const model = await tinyArtefact({ classes: 2 });
  const { settings, out } = await expectSame(model, format, ending, typed.split(' '));
  expect(settings).toMatchObject(format === 'png' ? { depth: 16 } : { files: format });
  const other = ['--model', model, ...GIVEN, '--shard', '3', '--out', out];
  await refuses(runCli('generate', '--merge', ...other), 'the manifest of another order');
});

test('a share of masks takes them in turn, and other masks are another order', skipBecause(lacksTar()), async () => {
  const labels = { classes: ['air', 'bone'], values: [0, 5] };
  const model = await tinyArtefact({ shape: [1, 4, 4], conditionImage: labels });
  const mask = (from: number) => labelPng(new Uint8Array(16).fill(1, from), { width: 4, height: 4 }, labels);
  const masks = await writeFiles(await temporaryFolder(), { 'a.png': await mask(4), 'b.png': await mask(12) });
  const { shards, out } = await expectSame(model, 'png', 'png', ['--masks', masks]);
  const images = shards.flatMap(({ file }) => {
    return JSON.parse(readFileSync(join(out, file.replace(/tar$/, 'json')), 'utf8')).images as { told: string }[];
  });
  const [a, b] = images.map(({ told }) => told);
  expect(a).not.toBe(b);
  expect(images.map(({ told }) => told)).toEqual([a, b, a, b, a]);
  const order = ['--model', model, ...GIVEN, '--shard', '3', '--out', out];
  await refuses(runCli('worker', '--shards', '0/1', ...order), 'this model needs a mask for each image');
  const merge = runCli('generate', '--merge', ...order, '--masks', join(masks, 'a.png'));
  await refuses(merge, 'must be a folder without the manifest of another order');
  const queue = ['--queue', 'redis://localhost:1', '--masks', masks, '--model', model, '--model', `other=${model}`];
  await refuses(runCli('worker', ...queue), '--model must be one model with --masks');
});

test.each([
  ['worker --shards 0/1 --format nifti', '--format must be png or dicom, as this model draws'],
  ['generate --merge --format nifti', '--format must be png or dicom, as this model draws'],
  ['generate --merge --modality CT', '--modality must be left out without --format dicom'],
])('a model of colours refuses %s', async (typed, sentence) => {
  const colour = await tinyArtefact({ shape: [3, 4, 4] });
  const given = ['--model', colour, '--count', '2', '--out', await temporaryFolder()];
  await refuses(runCli(...typed.split(' '), ...given), sentence);
});

test('a model of colours refuses a shard in NIfTI that a queue has', async () => {
  const colour = await tinyArtefact({ shape: [3, 4, 4] });
  const shard = shardAt(await makeOrder(colour, { count: 2 }), 0);
  const model = await loadModel(colour, { device: 'cpu' });
  const { signal } = new AbortController();
  await expect(sampleShard(model, { ...shard, files: 'nifti' }, undefined, signal)).rejects.toThrow(
    'Cannot sample a shard: --format must be png or dicom, as this model draws in colour',
  );
  await model.dispose();
});
