import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { takeLock } from '#base/files/lock.ts';
import { temporaryFolder, writeGrayPictures } from '#test/pictures/images.ts';
import { deadAside, deadTemporary } from '#test/programs/dead-temporary.ts';
import { refusal, runCli, trainTiny } from '#test/run-cli.ts';

describe('pipeline export', () => {
  const folder = temporaryFolder();
  const run = join(folder, 'run');
  beforeAll(async () => {
    const pictures = await writeGrayPictures(join(folder, 'pictures'));
    const settings = ['--steps', '2', '--cache-dir', join(folder, 'cache')];
    expect(await trainTiny(pictures, run, ...settings)).toMatchObject({ code: 0 });
  }, 60_000);
  const exportTo = (out: string, ...args: string[]) => runCli('export', '--run', run, '--out', out, ...args);

  it('tells its results as one object with --json, and nothing else with --quiet', async () => {
    const out = join(folder, 'json');
    const { code, stdout, stderr } = await exportTo(out, '--json', '--quiet');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.trim().split('\n')).toHaveLength(1);
    expect(JSON.parse(stdout)).toEqual({
      run,
      folder: out,
      step: 2,
      bytes: (await stat(join(out, 'unet', 'model.onnx'))).size,
      parity: { difference: expect.any(Number), largest: expect.any(Number) },
    });
    const repository = join(folder, 'repository');
    const put = await runCli('convert', '--model', out, '--triton', repository, '--json', '--quiet');
    expect(JSON.parse(put.stdout)).toEqual({
      model: out,
      triton: { folder: join(repository, 'json'), name: 'json', maxBatchSize: expect.any(Number) },
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
    const { code, stdout } = await runCli('convert', '--model', whole, '--out', copy, '--weights', '--json');
    const { size } = await stat(join(copy, files[1]!));
    expect([code, JSON.parse(stdout)]).toEqual([0, { model: whole, folder: copy, weights: size }]);
    expect(await refusal(runCli('convert', '--model', bare, '--out', join(folder, 'none'), '--weights'))).toContain(
      'its BatchNorm is merged',
    );
  });

  it('writes fused graphs beside the network, with the table that is asked for', {
    tags: 'long',
    timeout: 120_000,
  }, async () => {
    const [whole, copy] = [join(folder, 'fused'), join(folder, 'fused-copy')];
    expect(await exportTo(whole)).toMatchObject({ code: 0 });
    const graphs = ['--fuse', 'loop', '--fuse', 'step', '--steps', '2', '--json'];
    const made = await runCli('convert', '--model', whole, '--out', whole, ...graphs);
    const fused = { kinds: ['step', 'loop'], bytes: expect.any(Number), parity: expect.any(Object) };
    expect([made.code, made.stderr]).toEqual([0, expect.anything()]);
    expect(JSON.parse(made.stdout).fused).toEqual(fused);
    expect((await readdir(join(whole, 'fused'))).sort()).toEqual(['loop.onnx', 'step.onnx', 'table.json']);
    const other = ['--fuse', 'loop-noise', '--sampler', 'heun', '--steps', '2', '--json'];
    const again = await runCli('convert', '--model', whole, '--out', copy, ...other);
    expect(JSON.parse(again.stdout)).toEqual({
      model: whole,
      folder: copy,
      fused: { ...fused, kinds: ['loop-noise'] },
    });
    const table = JSON.parse(await readFile(join(copy, 'fused', 'table.json'), 'utf8'));
    expect(table).toMatchObject({ sampler: 'heun', steps: 2, guidance: 1, draws: 4 });
    expect(table.rows.map((row: number[]) => row.length)).toEqual([18, 18, 18]);
    expect((await readdir(join(copy, 'fused'))).sort()).toEqual([
      'loop-noise.onnx',
      'loop.onnx',
      'step.onnx',
      'table.json',
    ]);
  });

  it('refuses fused graphs and tables that nothing could use, before it writes', async () => {
    const out = join(folder, 'unfused');
    const cases: [string[], string][] = [
      [['--fuse', 'lop'], 'Cannot read the options: --fuse must be one of step, loop, loop-noise, received "lop".'],
      [
        ['--steps', '3'],
        'Cannot convert: --steps must come with --fuse, since it is for fused graphs, received --steps 3.',
      ],
      [['--fuse', 'loop', '--steps', '9999'], 'Cannot compile the sampler: steps must be an integer from 1 to'],
      [['--fuse', 'loop', '--guidance', '2'], 'guidance must be'],
    ];
    for (const [args, sentence] of cases) {
      expect(await refusal(runCli('convert', '--model', join(folder, 'whole'), '--out', out, ...args))).toContain(
        sentence,
      );
    }
    expect(await readdir(folder)).not.toContain('unfused');
  }, 60_000);

  it('makes a smaller copy of a model, and tells how it compares', async () => {
    const [small, plain, copy] = ['half', 'plain', 'eighth'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    expect(await exportTo(plain, '--no-weights')).toMatchObject({ code: 0 });
    const convert = (from: string, to: string, format: string, ...more: string[]) =>
      runCli('convert', '--model', from, '--out', to, '--format', format, ...more);
    const { code, stdout } = await convert(plain, small, 'float16', '--drift', '0.5', '--json');
    const result = JSON.parse(stdout);
    const { bytes, drift } = result.comparison;
    const { size } = await stat(join(small, 'unet', 'model.onnx'));
    expect([code, result.format, bytes.after]).toEqual([0, 'float16', size]);
    expect(bytes.after).toBeLessThan(bytes.before);
    expect(drift).toBeGreaterThan(0);
    const stored = await convert(plain, copy, 'int8-weights', '--drift', '1');
    expect([stored.code, stored.stdout]).toEqual([
      0,
      expect.stringMatching(/^Size as int8-weights: .*\nTime of a call/),
    ]);
    const copied = await convert(plain, copy, 'int8', '--drift', '1');
    expect([copied.code, copied.stdout]).toEqual([0, expect.stringMatching(/^Size as int8: .*\nTime of a call/)]);
    expect(await refusal(convert(copy, join(folder, 'again'), 'int8'))).toContain('must be float32, received int8.');
    expect(await readdir(folder)).not.toContain('again');
  }, 120_000);

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
    await writeFile(join(out, 'README.md'), 'kept');
    await rename(out, deadAside(out));
    await mkdir(deadTemporary(out));
    expect(await refusal(exportTo(out, '--checkpoint', '77'))).toContain('no checkpoint of step 77, only of 2');
    expect(await readFile(join(out, 'README.md'), 'utf8')).toBe('kept');
    expect((await readdir(folder)).filter((name) => name.startsWith('.'))).toEqual([]);
  });
});
