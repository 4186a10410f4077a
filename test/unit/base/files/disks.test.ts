import { closeSync, mkdtempSync, openSync, readdirSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Failure } from '#base/files/failure.ts';
import { writeWhole } from '#base/files/output.ts';
import { temporaryFolder, tinyArtefact } from '#test/models/tiny-onnx.ts';
import { lacksMount, readOnlyDisk, smallDisk } from '#test/pictures/disks.ts';
import { writeGrayPictures } from '#test/pictures/images.ts';
import { done, runCli } from '#test/run-cli.ts';
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
/** One sentence, with the path and the reason. */
const sentence = (reason: string) => expect.stringMatching(new RegExp(`^Cannot [^\\n]*${reason}[^\\n]*\\.\\n$`));

describe('on a disk that is full or read-only', skipBecause(lacksMount()), () => {
  let [home, run, cache, data] = ['', '', '', ''];
  beforeAll(async () => {
    data = await writeGrayPictures(mkdtempSync(join(tmpdir(), 'onnoise-pictures-')));
    home = mkdtempSync(join(tmpdir(), 'onnoise-disks-'));
    [run, cache] = [join(home, 'run'), join(home, 'cache')];
    await done(runCli(...training(data, run, cache)));
  }, 60_000);
  afterAll(() => {
    for (const folder of [home, data]) rmSync(folder, { recursive: true, force: true });
  });

  const prepare = ['prepare', '--data', 'digits', '--size', '16'];
  const sample = async (...more: string[]) => [
    ...['sample', '--model', await tinyArtefact({ shape: [3, 48, 48] }), '--count', '4', '--steps', '2'],
    ...['--out', join(await temporaryFolder(), 's.png'), ...more],
  ];
  /** The options for a folder on such a disk, and the KiB that the disk has left when it is full. */
  const COMMANDS: { what: string; options: (disk: string) => Promise<string[]>; left: number; says: string }[] = [
    {
      what: 'prepare, before it reads the images',
      options: async (disk) => [...prepare, '--cache-dir', join(disk, 'cache')],
      left: 1024,
      says: 'have 2.44 MiB free, but it has 1 MiB',
    },
    {
      what: 'train, before it prepares the images',
      options: async (disk) => training(data, join(disk, 'run'), join(home, 'none')),
      left: 12,
      says: 'write the checkpoints of .*: the disk must have .* free',
    },
    {
      what: 'export, before it traces',
      options: async (disk) => ['export', '--run', run, '--out', join(disk, 'there')],
      left: 8,
      says: 'write the model .*: the disk must have .* free',
    },
    {
      what: 'sample, before it samples',
      options: (disk) => sample('--singles', join(disk, 'there')),
      left: 16,
      says: 'have .* free, but it has [0-9.]+ KiB',
    },
    {
      what: 'sample, of a sheet',
      options: async (disk) => (await sample()).with(-1, join(disk, 's.png')),
      left: 0,
      says: 'the disk is full; free some space and start again',
    },
    {
      what: 'sample, of frames',
      options: (disk) => sample('--frames', join(disk, 'new', 'folder')),
      left: 16,
      says: 'have .* free',
    },
    {
      what: 'sample, of an animation',
      options: (disk) => sample('--animation', join(disk, 'a.gif')),
      left: 16,
      says: 'have .* free',
    },
  ];
  const refuses = async ({ options, left, says }: (typeof COMMANDS)[number]) => {
    const readOnly = await runCli(...(await options(readOnlyDisk())));
    expect([readOnly.code, readOnly.stderr]).toEqual([2, sentence('the file system is read-only')]);
    const disk = smallDisk(1024);
    if (left < 1024) fill(disk, left, 1024);
    const full = await runCli(...(await options(disk)));
    expect([full.code, full.stderr]).toEqual([1, sentence(says)]);
    expect(filesBelow(disk)).toEqual([]);
    expect(readdirSync(home).sort()).toEqual(['cache', 'run']);
  };
  const TITLE = 'is refused to $what, and nothing is left';
  test.each(COMMANDS.slice(0, 4))(TITLE, refuses);
  test.each(COMMANDS.slice(4))(TITLE, { tags: 'long' }, refuses);

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
