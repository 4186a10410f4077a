import { closeSync, mkdtempSync, openSync, readdirSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Failure } from '#base/files/failure.ts';
import { writeWhole } from '#base/files/output.ts';
import { eachLong } from '#test/each-long.ts';
import { temporaryFolder, tinyArtefact } from '#test/models/tiny-onnx.ts';
import { lacksMount, readOnlyDisk, smallDisk } from '#test/pictures/disks.ts';
import { writeGrayPictures } from '#test/pictures/images.ts';
import { runCli } from '#test/run-cli.ts';
import { skipBecause } from '#test/skip.ts';
import { memoryDataset } from '#test/train/memory-dataset.ts';
import { tinyPlan } from '#test/train/tiny-plan.ts';
import { train } from '#training/run/train.ts';

/** Fills a disk, and leaves so many KiB free. */
function fill(disk: string, left: number, size: number) {
  writeFileSync(join(disk, 'fill'), Buffer.alloc((size - left) * 1024));
}

/** Leaves no space on a disk. */
function fillUp(disk: string) {
  const file = openSync(join(disk, 'fill'), 'w');
  try {
    for (;;) writeSync(file, Buffer.alloc(4096));
  } catch {
    closeSync(file);
  }
}

/** All files below a folder, except those that the test put there. */
const filesBelow = (folder: string) =>
  readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => name !== 'fill' && !statSync(join(folder, name)).isDirectory());

/** One training of a tiny network, which the tests of export use. */
const training = (data: string, run: string, cache: string) => [
  ...['train', '--data', data, '--size', '8', '--steps', '2', '--batch', '2', '--sample-steps', '2'],
  ...['--model._class_name', 'SimpleUnet', '--model.channels', '8,16', '--model.time_emb_dim', '4'],
  ...['--cache-dir', cache, '--sample-count', '1', '--out', run],
];
const SAMPLE = ['--count', '4', '--steps', '2'];
/** One sentence, with the path and the reason. */
const sentence = (reason: string) => expect.stringMatching(new RegExp(`^Cannot [^\\n]*${reason}[^\\n]*\\.\\n$`));

describe('on a disk that is full or read-only', skipBecause(lacksMount()), () => {
  let [home, run, cache, data] = ['', '', '', ''];
  beforeAll(async () => {
    data = await writeGrayPictures(mkdtempSync(join(tmpdir(), 'onnoise-pictures-')));
    home = mkdtempSync(join(tmpdir(), 'onnoise-disks-'));
    [run, cache] = [join(home, 'run'), join(home, 'cache')];
    expect(await runCli(...training(data, run, cache))).toMatchObject({ code: 0 });
  }, 60_000);
  afterAll(() => {
    for (const folder of [home, data]) rmSync(folder, { recursive: true, force: true });
  });

  const RESULTS: { what: string; options: (disk: string, out: string) => string[] }[] = [
    { what: 'the sheet', options: (disk: string) => ['--out', join(disk, 's.png')] },
    {
      what: 'singles',
      options: (disk: string, out: string) => ['--out', join(out, 's.png'), '--singles', join(disk, 'there')],
    },
    {
      what: 'frames',
      options: (disk: string, out: string) => ['--out', join(out, 's.png'), '--frames', join(disk, 'new', 'folder')],
    },
    {
      what: 'an animation',
      options: (disk: string, out: string) => ['--out', join(out, 's.png'), '--animation', join(disk, 'a.gif')],
    },
  ];
  eachLong(RESULTS, 'sample refuses $what before it samples, and leaves nothing', async ({ options }) => {
    const out = await temporaryFolder();
    const tiny = await tinyArtefact({ shape: [3, 48, 48] });
    const readOnly = await runCli('sample', '--model', tiny, ...SAMPLE, ...options(readOnlyDisk(), out));
    expect([readOnly.code, readOnly.stderr]).toEqual([2, sentence('the file system is read-only')]);
    const disk = smallDisk(1024);
    fill(disk, 16, 1024);
    const full = await runCli('sample', '--model', tiny, ...SAMPLE, ...options(disk, out));
    expect([full.code, full.stderr]).toEqual([1, sentence('the disk must have .* free, but it has [0-9.]+ KiB')]);
    expect(filesBelow(disk)).toEqual([]);
    fill(disk, 0, 1024);
    const none = await runCli('sample', '--model', tiny, ...SAMPLE, ...options(disk, out));
    expect([none.code, none.stderr]).toEqual([1, sentence('the disk is full; free some space and start again')]);
    expect([...filesBelow(disk), ...filesBelow(out)]).toEqual([]);
  });

  test('train refuses before it prepares the images', async () => {
    const readOnly = await runCli(...training(data, join(readOnlyDisk(), 'run'), join(home, 'none')));
    expect([readOnly.code, readOnly.stderr]).toEqual([
      2,
      sentence('--out must be a folder that can be written, the file system is read-only'),
    ]);
    const disk = smallDisk(1024);
    fill(disk, 12, 1024);
    const full = await runCli(...training(data, join(disk, 'run'), join(home, 'none')));
    expect([full.code, full.stderr]).toEqual([1, sentence('write the checkpoints of .*: the disk must have .* free')]);
    expect(filesBelow(disk)).toEqual([]);
    expect(readdirSync(home).sort()).toEqual(['cache', 'run']);
  });

  test('train tells that the disk filled up meanwhile, and goes on when there is space again', {
    tags: 'long',
  }, async () => {
    const disk = smallDisk(4096);
    const options = {
      plan: tinyPlan({ training: { steps: 6 }, output: { checkpointEvery: 1 } }),
      dataset: memoryDataset(),
    };
    const run = join(disk, 'run');
    const full = train({
      ...options,
      run,
      resume: false,
      hooks: {
        onStep: ({ step }) => {
          if (step === 3) fillUp(disk);
        },
      },
    });
    await expect(full).rejects.toThrow(
      /^Cannot [^\n]+: the disk is full; free some space and start again with --resume\.$/,
    );
    await expect(full).rejects.toBeInstanceOf(Failure);
    rmSync(join(disk, 'fill'));
    expect(await train({ ...options, run, resume: true })).toMatchObject({ step: 6, interrupted: false });
    expect(filesBelow(run).filter((name) => /tmp|lock/.test(name))).toEqual([]);
  });

  test('export refuses before it traces', async () => {
    const readOnly = await runCli('export', '--run', run, '--out', join(readOnlyDisk(), 'there', 'model'));
    expect([readOnly.code, readOnly.stderr]).toEqual([2, sentence('the file system is read-only')]);
    const disk = smallDisk(1024);
    fill(disk, 8, 1024);
    const full = await runCli('export', '--run', run, '--out', join(disk, 'model'));
    expect([full.code, full.stderr]).toEqual([1, sentence('write the model .*: the disk must have .* free')]);
    expect(filesBelow(disk)).toEqual([]);
  });

  test('prepare refuses before it reads the images', async () => {
    const prepare = (folder: string) => runCli('prepare', '--data', 'digits', '--size', '16', '--cache-dir', folder);
    const readOnly = await prepare(join(readOnlyDisk(), 'cache'));
    expect([readOnly.code, readOnly.stderr]).toEqual([
      2,
      sentence('--cache-dir must be a folder .*, the file system is read-only'),
    ]);
    const disk = smallDisk(1024);
    const full = await prepare(join(disk, 'cache'));
    expect([full.code, full.stderr]).toEqual([1, sentence('the disk must have 2.44 MiB free, but it has 1 MiB')]);
    expect(filesBelow(disk)).toEqual([]);
  });

  test('writeWhole leaves nothing where the disk fills up', async () => {
    const disk = smallDisk(256);
    const path = join(disk, 'file');
    await writeWhole(path, 'before');
    await expect(writeWhole(path, Buffer.alloc(2 ** 20))).rejects.toThrow(
      `Cannot write ${path}: the disk is full; free some`,
    );
    expect(filesBelow(disk)).toEqual(['file']);
    expect(statSync(path).size).toBe(6);
  });
});
