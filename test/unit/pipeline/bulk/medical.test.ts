/** Shards of medical files. */
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parseDicom } from 'dicom-parser';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { makeOrder } from '#pipeline/bulk/order.ts';
import { sampleShard } from '#pipeline/bulk/sample-shard.ts';
import { parseShard, shardAt, shardId } from '#pipeline/bulk/shards.ts';
import { loadModel } from '#runtime-node/index.ts';
import { ORDER, readManifest } from '#test/bulk.ts';
import { temporaryFolder, tinyArtefact } from '#test/models/tiny-onnx.ts';
import { refusal, runCli } from '#test/run-cli.ts';
import { lacksTar, skipBecause } from '#test/skip.ts';

/** What does not depend on the name of the model's folder: UIDs, which are of the pixels too, or voxels. */
const said = (format: string, file: Buffer) =>
  format === 'nifti'
    ? gunzipSync(file).subarray(228)
    : ['x00080016', 'x00080018', 'x0020000e'].map((tag) => parseDicom(file).string(tag));

const FACTS = { spacing: 0.7, levels: { black: -160, white: 240, unit: 'HU' }, bodyPart: 'HAND' } as const;

describe('a shard of medical files', () => {
  test('has an id of its own for what its files say, and takes nothing else', () => {
    const order = { ...ORDER, files: 'dicom', modality: 'CT' } as const;
    const orders = [order, { ...order, facts: FACTS }, { ...order, facts: { ...FACTS, spacing: 0.8 } }];
    const shards = orders.map((one) => shardAt(one, 0));
    expect(new Set(shards.map(shardId)).size).toBe(3);
    for (const shard of shards) expect(parseShard(JSON.parse(JSON.stringify(shard)))).toEqual(shard);
    for (const facts of [
      { spacing: 0 },
      { spacing: '1' },
      { levels: { black: 1, white: 1 } },
      { levels: { black: 0, white: 1, unit: 'mm' } },
      { bodyPart: 'hand' },
      { plane: 'axial' },
      { patient: 'Doe' },
      [],
    ]) {
      expect(() => parseShard({ ...shards[0], facts })).toThrow('facts must be what is known of pictures');
    }
  });

  test('has an id of its own for each kind, and goes through the queue', () => {
    const orders = [ORDER, { ...ORDER, files: 'dicom' }, { ...ORDER, files: 'nifti' }] as const;
    const shards = [...orders, { ...ORDER, files: 'dicom', modality: 'CR' } as const].map((one) => shardAt(one, 0));
    expect(new Set(shards.map(shardId)).size).toBe(4);
    for (const shard of shards) expect(parseShard(JSON.parse(JSON.stringify(shard)))).toEqual(shard);
    expect(() => parseShard({ ...shards[0], files: 'tiff' })).toThrow('files must be one of dicom, nifti');
    expect(() => parseShard({ ...shards[2], modality: 'CR' })).toThrow('--modality must be left out');
  });

  test.each([
    ['dicom', 'dcm', ['--modality', 'CR', '--body-part', 'HAND']],
    ['dicom', 'dcm', ['--modality', 'CT', '--pixel-spacing', '0.7']],
    ['nifti', 'nii.gz', []],
  ])('holds the files of sample as %s', skipBecause(lacksTar()), async (format, ending, more) => {
    const model = await tinyArtefact({ classes: 2 });
    const [out, singles] = [await temporaryFolder(), await temporaryFolder()];
    const given = [
      '--model',
      model,
      '--count',
      '5',
      '--seed',
      '7',
      '--labels',
      '1',
      '--steps',
      '2',
      '--sampler',
      'ddim',
    ];
    const files = ['--format', format, ...more];
    const bulk = [...given, ...files, '--shard', '3', '--out', out];
    expect(await runCli('worker', '--shards', '0/1', '--device', 'cpu', ...bulk)).toMatchObject({ code: 0 });
    expect(await runCli('generate', '--merge', ...bulk)).toMatchObject({ code: 0 });
    const one = await runCli('sample', ...given, ...files, '--out', join(singles, 's.png'), '--singles', singles);
    expect(one).toMatchObject({ code: 0 });
    const { shards, settings } = await readManifest(out);
    expect(settings).toMatchObject({ files: format });
    for (const { file } of shards) execFileSync('tar', ['xf', join(out, file)], { cwd: out });
    for (const seed of [7, 8, 9, 10, 11]) {
      const name = `${String(seed).padStart(9, '0')}.${ending}`;
      const [there, here] = await Promise.all([
        readFile(join(out, name)),
        readFile(join(singles, `${seed}.${ending}`)),
      ]);
      expect(said(format, there)).toEqual(said(format, here));
    }
    const other = await runCli('generate', '--merge', ...given, '--shard', '3', '--out', out);
    expect([other.code, other.stderr]).toEqual([2, expect.stringContaining('the manifest of another order')]);
  });

  test('has levels of 16 bits with --depth 16, as those of sample', skipBecause(lacksTar()), async () => {
    const model = await tinyArtefact({ classes: 2 });
    const [out, singles] = [await temporaryFolder(), await temporaryFolder()];
    const given = [
      '--model',
      model,
      '--count',
      '2',
      '--steps',
      '2',
      '--sampler',
      'ddim',
      '--labels',
      '1',
      '--depth',
      '16',
    ];
    expect(await runCli('worker', '--shards', '0/1', '--device', 'cpu', ...given, '--out', out)).toMatchObject({
      code: 0,
    });
    expect(await runCli('generate', '--merge', ...given, '--out', out)).toMatchObject({ code: 0 });
    const one = await runCli('sample', ...given, '--out', join(singles, 's.png'), '--singles', singles);
    expect(one).toMatchObject({ code: 0 });
    const { shards, settings } = await readManifest(out);
    expect(settings).toMatchObject({ depth: 16 });
    for (const { file } of shards) execFileSync('tar', ['xf', join(out, file)], { cwd: out });
    const [there, here] = await Promise.all([readFile(join(out, '000000001.png')), readFile(join(singles, '1.png'))]);
    expect([there[24], await sharp(there).raw({ depth: 'ushort' }).toBuffer()]).toEqual([
      16,
      await sharp(here).raw({ depth: 'ushort' }).toBuffer(),
    ]);
    const shard = shardAt({ ...ORDER, depth: 16 }, 0);
    expect(parseShard(JSON.parse(JSON.stringify(shard)))).toEqual(shard);
    expect(shardId(shard)).not.toBe(shardId(shardAt(ORDER, 0)));
    expect(() => parseShard({ ...shard, depth: 12 })).toThrow('depth must be 16');
    const queued = ['--queue', 'redis://localhost:1', '--depth', '16'];
    expect(await refusal(runCli('worker', ...queued))).toContain('--depth must be left out without --shards');
  });

  test('is refused where a model cannot have it, and orders where the queue has them', async () => {
    const colour = await tinyArtefact({ shape: [3, 4, 4] });
    const bulk = ['--model', colour, '--count', '2', '--out', await temporaryFolder(), '--format', 'nifti'];
    for (const command of [
      ['worker', '--shards', '0/1'],
      ['generate', '--merge'],
    ]) {
      expect(await refusal(runCli(...command, ...bulk))).toContain(
        '--format must be png or dicom, as this model draws',
      );
    }
    expect(await refusal(runCli('generate', '--merge', ...bulk.slice(0, -2), '--modality', 'CT'))).toContain(
      '--modality must be left out without --format dicom',
    );
    const told = ['--pixel-spacing', '1'];
    expect(await refusal(runCli('worker', '--queue', 'redis://localhost:1', ...told))).toContain(
      '--pixel-spacing must be left out without --shards',
    );
    const queued = ['--queue', 'redis://localhost:1', '--format', 'dicom'];
    expect(await refusal(runCli('worker', ...queued))).toContain('--format must be left out without --shards');
    const shard = shardAt(await makeOrder(colour, { count: 2 }), 0);
    const model = await loadModel(colour, { device: 'cpu' });
    const { signal } = new AbortController();
    await expect(sampleShard(model, { ...shard, files: 'nifti' }, undefined, signal)).rejects.toThrow(
      'Cannot sample a shard: --format must be png or dicom, as this model draws in colour',
    );
    await model.dispose();
  });
});
