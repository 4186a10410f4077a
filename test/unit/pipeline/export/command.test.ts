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

  it('writes the weights for Python unless it is told not to, and adds them to a copy of a model', async () => {
    const python = async (out: string) =>
      (await readdir(out, { recursive: true })).filter((name) => /\.py$|safe/.test(name));
    const [whole, bare, copy] = ['whole', 'bare', 'copy'].map((name) => join(folder, name)) as [string, string, string];
    expect(await exportTo(whole)).toMatchObject({ code: 0 });
    const files = ['pipeline.py', 'unet/diffusion_pytorch_model.safetensors', 'unet/modeling_simple_unet.py'];
    expect((await python(whole)).sort()).toEqual(files.map((path) => join(path)));
    expect(await exportTo(bare, '--no-weights')).toMatchObject({ code: 0 });
    expect(await python(bare)).toEqual([]);
    const { code, stdout } = await runCli('export', '--model', whole, '--out', copy, '--json');
    const { size } = await stat(join(copy, files[1]!));
    expect([code, JSON.parse(stdout)]).toEqual([0, { model: whole, folder: copy, weights: size }]);
    const refused = await runCli('export', '--model', bare, '--out', join(folder, 'none'));
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('its BatchNorm is merged')]);
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
