import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { takeLock } from '#pipeline/files/lock.ts';
import { deadAside, deadTemporary } from '#test/dead-temporary.ts';
import { writeGrayPictures } from '#test/images.ts';
import { runCli } from '#test/run-cli.ts';

describe('pipeline export', () => {
  let folder = '';
  let run = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'onnoise-export-command-'));
    run = join(folder, 'run');
    const pictures = await writeGrayPictures(join(folder, 'pictures'));
    const { code, stderr } = await runCli(
      ...['train', '--data', pictures, '--size', '8', '--steps', '2', '--batch', '2', '--sample-steps', '2'],
      ...['--cache-dir', join(folder, 'cache'), '--out', run, '--sample-count', '1'],
      ...['--model._class_name', 'SimpleUnet', '--model.channels', '8,16', '--model.time_emb_dim', '4'],
    );
    expect([code, stderr]).toEqual([0, expect.anything()]);
  }, 60_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const exportTo = (out: string, ...args: string[]) => runCli('export', '--run', run, '--out', out, ...args);

  it('tells its results as one object with --json, and nothing else with --quiet', async () => {
    const out = join(folder, 'json');
    const { code, stdout, stderr } = await exportTo(out, '--json', '--quiet', '--triton', join(folder, 'repository'));
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.trim().split('\n')).toHaveLength(1);
    expect(JSON.parse(stdout)).toEqual({
      run,
      folder: out,
      step: 2,
      bytes: (await stat(join(out, 'unet', 'model.onnx'))).size,
      parity: { difference: expect.any(Number), largest: expect.any(Number) },
      triton: { folder: join(folder, 'repository', 'json'), name: 'json', maxBatchSize: expect.any(Number) },
    });
  });

  it('lets one at a time write a folder', async () => {
    const out = join(folder, 'locked');
    const release = await takeLock(join(folder, '.locked.lock'), { action: 'do', doing: 'does' });
    const { code, stderr } = await exportTo(out);
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/^Cannot export to .*locked: another process \(pid \d+, since .*\) is exporting there\./),
    ]);
    await release();
    expect(await exportTo(out)).toMatchObject({ code: 0 });
    expect((await readdir(folder)).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('gives back a model that a killed export had moved aside, and removes what it left half-written', async () => {
    const out = join(folder, 'killed');
    expect(await exportTo(out)).toMatchObject({ code: 0 });
    await writeFile(join(out, 'mine.txt'), 'kept');
    await rename(out, deadAside(out));
    await mkdir(deadTemporary(out));
    const broken = await exportTo(out, '--checkpoint', '77');
    expect([broken.code, broken.stderr]).toEqual([2, expect.stringContaining('no checkpoint of step 77, only of 2')]);
    expect(await readFile(join(out, 'mine.txt'), 'utf8')).toBe('kept');
    expect((await readdir(folder)).filter((name) => name.startsWith('.'))).toEqual([]);
  });
});
