import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { takeLock } from '#base/files/lock.ts';
import { temporaryFolder, writeGrayPictures } from '#test/pictures/images.ts';
import { deadAside, deadTemporary } from '#test/programs/dead-temporary.ts';
import { done, refuses, runCli, trainTiny } from '#test/run-cli.ts';
import { says } from '#test/says.ts';

type Three = [string, string, string];

describe('pipeline export', () => {
  const folder = temporaryFolder();
  const run = join(folder, 'run');
  beforeAll(async () => {
    const pictures = await writeGrayPictures(join(folder, 'pictures'));
    const settings = ['--steps', '2', '--cache-dir', join(folder, 'cache')];
    await done(trainTiny(pictures, run, ...settings));
  }, 60_000);
  const exportTo = (out: string, ...args: string[]) => runCli('export', '--run', run, '--out', out, ...args);

  it('writes the weights for Python unless it is told not to, and adds them to a copy of a model', async () => {
    const python = async (out: string) =>
      (await readdir(out, { recursive: true })).filter((name) => /\.py$|safe/.test(name));
    const [whole, bare, copy] = ['whole', 'bare', 'copy'].map((name) => join(folder, name)) as Three;
    const told = await exportTo(whole, '--json', '--quiet');
    expect([told.code, told.stderr, told.stdout.trim().split('\n').length]).toEqual([0, '', 1]);
    expect(JSON.parse(told.stdout)).toEqual({
      run,
      folder: whole,
      step: 2,
      bytes: (await stat(join(whole, 'unet', 'model.onnx'))).size,
      parity: { difference: expect.any(Number), largest: expect.any(Number) },
    });
    const files = ['pipeline.py', 'unet/diffusion_pytorch_model.safetensors', 'unet/modeling_simple_unet.py'];
    expect((await python(whole)).sort()).toEqual(files.map((path) => join(path)));
    await done(exportTo(bare, '--no-weights'));
    expect(await python(bare)).toEqual([]);
    const { code, stdout } = await runCli('convert', '--model', whole, '--out', copy, '--weights', '--json');
    const { size } = await stat(join(copy, files[1]!));
    expect([code, JSON.parse(stdout)]).toEqual([0, { model: whole, folder: copy, weights: size }]);
    await refuses(
      runCli('convert', '--model', bare, '--out', join(folder, 'none'), '--weights'),
      'its BatchNorm is merged',
    );
  });

  it('writes a fused graph beside the network, with the table that is asked for', {
    tags: 'long',
    timeout: 120_000,
  }, async () => {
    const [whole, copy] = [join(folder, 'fused'), join(folder, 'fused-copy')];
    await done(exportTo(whole));
    const fused = { bytes: expect.any(Number), parity: expect.any(Object) };
    const fuse = ['convert', '--model', whole, '--fuse', 'loop', '--steps', '2', '--json', '--out'];
    const made = await done(runCli(...fuse, whole));
    expect(JSON.parse(made.stdout).fused).toEqual(fused);
    expect((await readdir(join(whole, 'fused'))).sort()).toEqual(['loop.onnx', 'table.json']);
    const again = await done(runCli(...fuse, copy, '--sampler', 'heun'));
    expect(JSON.parse(again.stdout)).toEqual({ model: whole, folder: copy, fused });
    const table = JSON.parse(await readFile(join(copy, 'fused', 'table.json'), 'utf8'));
    expect(table).toMatchObject({ sampler: 'heun', steps: 2, guidance: 1, draws: 4 });
    expect(table.rows.map((row: number[]) => row.length)).toEqual([18, 18, 18]);
  });

  it('makes a smaller copy of a model, and tells how it compares', async () => {
    const [small, plain] = ['half', 'plain'].map((name) => join(folder, name)) as Three;
    await done(exportTo(plain, '--no-weights'));
    const given = ['convert', '--model', plain, '--out', small, '--format'];
    const { stdout } = await done(runCli(...given, 'float16', '--drift', '0.5', '--json'));
    const comparison = { bytes: { after: (await stat(join(small, 'unet', 'model.onnx'))).size } };
    expect(JSON.parse(stdout)).toMatchObject({ format: 'float16', comparison });
    const told = await done(runCli(...given, 'int8-weights', '--drift', '1'));
    expect(told.stdout).toMatch(/^Size as int8-weights: .*\nTime of a call/);
  });

  it('lets one at a time write a folder', async () => {
    const out = join(folder, 'locked');
    const release = await takeLock(join(folder, '.locked.lock'), { action: 'do', doing: 'does' });
    const { code, stderr } = await exportTo(out);
    expect(code).toBe(2);
    expect(stderr).toMatch(says('Cannot export to *locked: another process (pid *, since *) is exporting there.'));
    await release();
    await done(exportTo(out));
    expect((await readdir(folder)).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('gives back a model that a killed export had moved aside, and removes what it left half-written', async () => {
    const out = join(folder, 'killed');
    await done(exportTo(out));
    await writeFile(join(out, 'README.md'), 'kept');
    await rename(out, deadAside(out));
    await mkdir(deadTemporary(out));
    await refuses(exportTo(out), 'with a changed README.md, which would be lost');
    expect(await readFile(join(out, 'README.md'), 'utf8')).toBe('kept');
    expect((await readdir(folder)).filter((name) => name.startsWith('.'))).toEqual([]);
  });
});
