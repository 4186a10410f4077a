/** Which channels sheets show: of prepared images, of a run, of a model and of a sampling. */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { casePlaces, grayPicture, writeFiles } from '#test/pictures/images.ts';
import { done, refuses, runCli, trainTiny } from '#test/run-cli.ts';

const NAMES = ['flair', 't1', 't2'];
const place = casePlaces();

async function scene() {
  const { data, cacheDir } = place();
  const picture = (i: number, channel: number) =>
    grayPicture(8, 8, (x, y) => (20 * i + 8 * x + 4 * y + 90 * channel) % 256);
  const files = Array.from({ length: 18 }, (_, i) => [`${Math.floor(i / 3)}_${NAMES[i % 3]}.png`, picture(i, i % 3)]);
  await writeFiles(data, Object.fromEntries(files));
  const at = (...names: string[]) => join(dirname(data), ...names);
  const patterns = NAMES.map((name) => `${name}=*_${name}.png`).join(',');
  const images = ['--cache-dir', cacheDir, '--channels', patterns];
  const train = (...args: string[]) => trainTiny(data, at('run'), ...images, '--steps', '2', ...args);
  const look = (...args: string[]) =>
    runCli('prepare', '--data', data, '--size', '8', ...images, '--sheet', at('look.png'), ...args);
  return { at, train, look };
}

/** [H, W, C] of a PNG, and C. */
async function read(path: string) {
  const { channels = 0 } = await sharp(path).metadata();
  const raw = sharp(path).toColourspace(channels === 1 ? 'b-w' : 'srgb');
  return { channels, pixels: [...(await raw.raw().toBuffer())] };
}

describe('--show', () => {
  it('is kept by a run and its model, whose pictures are shown so unless a sampling says otherwise', {
    tags: 'long',
  }, async () => {
    const { at, train } = await scene();
    const json = (...path: string[]) => JSON.parse(readFileSync(at(...path), 'utf8'));
    await done(train('--show', 't1,t2,flair'));
    expect((await read(at('run/samples.png'))).channels).toBe(3);
    expect(json('run/config.json').output.show).toBe('t1,t2,flair');
    await done(runCli('export', '--run', at('run'), '--out', at('model')));
    expect(json('model/model_index.json').show).toBe('t1,t2,flair');
    const sample = (...args: string[]) =>
      runCli('sample', '--model', at('model'), '--count', '1', '--steps', '2', ...args);
    await done(sample('--out', at('all.npy'), '--singles', at('own')));
    const whole = readFileSync(at('all.npy')).subarray(-3 * 64);
    const channel = (c: number) => Array.from({ length: 64 }, (_, i) => whole[3 * i + c]!);
    const pixels = channel(1).flatMap((level, i) => [level, channel(2)[i]!, channel(0)[i]!]);
    expect(await read(at('own/0.png'))).toEqual({ channels: 3, pixels });
    const gray = ['--show', '3', '--out', at('gray.png'), '--singles', at('gray'), '--animation', at('gray.webp')];
    await done(sample(...gray));
    expect(await read(at('gray/0.png'))).toEqual({ channels: 1, pixels: channel(2) });
    expect((await read(at('gray.png'))).channels).toBe(1);
    const scan = ['--singles', at('scans'), '--format', 'nifti', '--out', at('more.png')];
    await done(sample(...scan, '--show', 'flair'));
    const choices = '--show must name channels of the pictures, flair, t1, t2, or 1 to 3, received ';
    for (const [args, sentence] of [
      [scan, '--format must be png or dicom'],
      [['--show', 'pd'], `${choices}"pd".`],
      [['--show', 'flair,t1'], 'such as flair,t1,t2, received "flair,t1".'],
      [['--from', at('own/0.png')], 'are no colours but flair, t1, t2'],
    ] as const) {
      await refuses(sample(...args), sentence);
    }
    writeFileSync(at('model/model_index.json'), JSON.stringify({ ...json('model/model_index.json'), show: 'pd' }));
    await refuses(sample(), choices);
  });

  it('is the first of channels with names, and none that there is not', async () => {
    const { at, train, look } = await scene();
    await done(train());
    expect((await read(at('run/samples.png'))).channels).toBe(1);
    const other = await scene();
    for (const more of [[], ['--dry-run']]) {
      await refuses(other.train('--show', 't9', ...more), 'Cannot start training: --show must name channels');
    }
    await done(look());
    expect((await read(at('look.png'))).channels).toBe(1);
    await done(look('--show', '3,2,1'));
    expect((await read(at('look.png'))).channels).toBe(3);
    await refuses(look('--show', '4'), 'Cannot draw the sheet: --show must name channels');
  });
});
