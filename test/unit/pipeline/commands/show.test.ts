/** Which channels sheets show: of prepared images, of a run, of a model and of a sampling. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { casePlaces, grayPicture, writeFiles } from '#test/pictures/images.ts';
import { runCli } from '#test/run-cli.ts';

const NAMES = ['flair', 't1', 't2'];
const place = casePlaces();

async function trained(...more: string[]) {
  const at = place();
  const picture = (i: number, channel: number) =>
    grayPicture(8, 8, (x, y) => (20 * i + 8 * x + 4 * y + 90 * channel) % 256);
  const files = Array.from({ length: 18 }, (_, i) => [`${Math.floor(i / 3)}_${NAMES[i % 3]}.png`, picture(i, i % 3)]);
  await writeFiles(at.data, Object.fromEntries(files));
  const patterns = NAMES.map((name) => `${name}=*_${name}.png`).join(',');
  const data = ['--data', at.data, '--cache-dir', at.cacheDir, '--size', '8', '--channels', patterns];
  const tiny = ['--model._class_name', 'SimpleUnet', '--model.channels', '4,8', '--model.time_emb_dim', '4'];
  const pictures = ['--sample-steps', '2', '--sample-count', '2', '--steps', '2', '--batch', '2', '--seed', '3'];
  const [run, model] = [join(at.data, '..', 'run'), join(at.data, '..', 'model')];
  const train = () => runCli('train', ...data, ...pictures, ...tiny, ...more, '--out', run);
  return {
    at,
    data,
    run,
    model,
    train,
    dry: () => runCli('train', ...data, ...pictures, ...tiny, ...more, '--dry-run'),
  };
}

/** [H, W, C] of a PNG, and C. */
async function read(path: string) {
  const { channels = 0 } = await sharp(path).metadata();
  const raw = sharp(path)
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .raw();
  return { channels, pixels: [...(await raw.toBuffer())] };
}

describe('--show', () => {
  it('is kept by a run and its model, whose pictures are shown so unless a sampling says otherwise', {
    tags: 'long',
  }, async () => {
    const { run, model, train } = await trained('--show', 't1,t2,flair');
    expect(await train()).toMatchObject({ code: 0 });
    expect((await read(join(run, 'samples.png'))).channels).toBe(3);
    expect(JSON.parse(readFileSync(join(run, 'config.json'), 'utf8')).output.show).toBe('t1,t2,flair');
    expect(await runCli('export', '--run', run, '--out', model)).toMatchObject({ code: 0 });
    expect(JSON.parse(readFileSync(join(model, 'model_index.json'), 'utf8')).show).toBe('t1,t2,flair');
    const drawn = ['sample', '--model', model, '--count', '1', '--steps', '2'];
    expect(await runCli(...drawn, '--out', join(run, 'all.npy'), '--singles', join(run, 'own'))).toMatchObject({
      code: 0,
    });
    const whole = readFileSync(join(run, 'all.npy')).subarray(-3 * 64);
    const channel = (c: number) => Array.from({ length: 64 }, (_, i) => whole[3 * i + c]!);
    const own = await read(join(run, 'own', '0.png'));
    expect(own).toEqual({
      channels: 3,
      pixels: channel(1).flatMap((level, i) => [level, channel(2)[i]!, channel(0)[i]!]),
    });
    const gray = ['--show', '3', '--out', join(run, 'gray.png'), '--singles', join(run, 'gray')];
    expect(await runCli(...drawn, ...gray, '--animation', join(run, 'gray.webp'))).toMatchObject({ code: 0 });
    expect(await read(join(run, 'gray', '0.png'))).toEqual({ channels: 1, pixels: channel(2) });
    expect((await read(join(run, 'gray.png'))).channels).toBe(1);
    const scan = ['--singles', join(run, 'scans'), '--format', 'nifti', '--out', join(run, 'more.png')];
    expect(await runCli(...drawn, ...scan, '--show', 'flair')).toMatchObject({ code: 0 });
    const colours = await runCli(...drawn, ...scan);
    expect([colours.code, colours.stderr]).toEqual([2, expect.stringContaining('--format must be png or dicom')]);
    const unknown = await runCli(...drawn, '--show', 'pd');
    expect([unknown.code, unknown.stderr]).toEqual([
      2,
      expect.stringContaining('--show must name channels of the pictures, flair, t1, t2, or 1 to 3, received "pd".'),
    ]);
    const start = await runCli(...drawn, '--from', join(run, 'own', '0.png'));
    expect([start.code, start.stderr]).toEqual([2, expect.stringContaining('are no colours but flair, t1, t2')]);
    const two = await runCli(...drawn, '--show', 'flair,t1');
    expect([two.code, two.stderr]).toEqual([2, expect.stringContaining('received "flair,t1".')]);
    const index = join(model, 'model_index.json');
    writeFileSync(index, readFileSync(index, 'utf8').replace('t1,t2,flair', 'pd'));
    expect((await runCli(...drawn)).stderr).toContain('--show must name channels of the pictures, flair, t1, t2');
  });

  it('is the first of channels with names, and none that there is not', async () => {
    const { at, data, run, train } = await trained();
    expect(await train()).toMatchObject({ code: 0 });
    expect((await read(join(run, 'samples.png'))).channels).toBe(1);
    for (const start of ['train', 'dry'] as const) {
      const { code, stderr } = await (await trained('--show', 't9'))[start]();
      expect([code, stderr]).toEqual([2, expect.stringContaining('Cannot start training: --show must name channels')]);
    }
    const sheet = join(at.data, '..', 'look.png');
    const look = ['prepare', ...data, '--validation-share', '0', '--sheet', sheet];
    expect(await runCli(...look)).toMatchObject({ code: 0 });
    expect((await read(sheet)).channels).toBe(1);
    expect(await runCli(...look, '--show', '3,2,1')).toMatchObject({ code: 0 });
    expect((await read(sheet)).channels).toBe(3);
    expect((await runCli(...look, '--show', '4')).stderr).toContain('Cannot draw the sheet: --show must name channels');
  });
});
