/** Pictures of other channels than gray and RGB, from an array to an array. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { readNpyHeader, writeNpy } from '#base/arrays/npy.ts';
import { prepareImages } from '#pipeline/index.ts';
import { temporaryFolder } from '#test/pictures/images.ts';
import { done, runCli } from '#test/run-cli.ts';
import { readFloats } from '#training/data/index.ts';

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);

/** [4, 4, 16, 12]: images, channels, rows and columns; each channel has a level of its own. */
const levels = Uint8Array.from({ length: 4 * 4 * 192 }, (_, i) => (Math.floor(i / 192) * 13 + (i % 192)) % 256);

describe('pictures of four channels', () => {
  it.each([8, 16] as const)('are prepared plane by plane at %i bits', async (depth) => {
    writeFileSync(at('four.npy'), writeNpy(levels, [4, 4, 16, 12]));
    const options = { data: at('four.npy'), size: '12x16', validationShare: 0, cacheDir: at('cache'), depth } as const;
    const images = await prepareImages(options);
    expect(images).toMatchObject({ channels: 4, count: 4, width: 12, height: 16 });
    const bytes = new Uint8Array(levels.length);
    await images.read([0, 1, 2, 3], bytes);
    expect(bytes).toEqual(levels);
    const floats = await readFloats(images, [2], [1]); // mirrored
    expect(floats[0]).toBeCloseTo(levels[2 * 4 * 192 + 11]! / 127.5 - 1, 6);
    images.close();
    expect((await prepareImages(options)).cached).toBe(true);
  });

  it('are trained on, changed in contrast, exported, shown by their first channel and written whole', {
    tags: 'long',
  }, async () => {
    writeFileSync(at('four.npy'), writeNpy(levels, [4, 4, 16, 12]));
    const tiny = ['--model._class_name', 'SimpleUnet', '--model.channels', '4,8', '--model.time_emb_dim', '4'];
    const pictures = ['--sample-steps', '2', '--sample-count', '1', '--steps', '3', '--batch', '2', ...tiny];
    const given = ['--data', at('four.npy'), '--size', '12x16', '--cache-dir', at('cache'), '--validation-share', '0'];
    const trained = await runCli('train', ...given, ...pictures, '--contrast', '0.3', '--out', at('run'));
    expect([trained.code, trained.stderr]).toEqual([0, expect.stringContaining('of 12 x 16, 4 channels')]);
    expect(readFileSync(at('run/metrics.jsonl'), 'utf8')).not.toContain('null'); // no loss is NaN
    await done(runCli('export', '--run', at('run'), '--out', at('model')));
    expect(readFileSync(at('model/README.md'), 'utf8')).toContain('pictures of 4 channels');
    const drawn = ['sample', '--model', at('model'), '--steps', '2', '--count', '2'];
    const array = await runCli(...drawn, '--out', at('two.npy'), '--singles', at('singles'));
    expect(array).toMatchObject({ code: 0 });
    const file = readFileSync(at('two.npy'));
    expect(readNpyHeader(file, 'two.npy')).toMatchObject({ type: 'u1', shape: [2, 16, 12, 4] });
    const first = await sharp(at('singles/0.png')).toColourspace('b-w').raw().toBuffer();
    const written = file.subarray(-2 * 4 * 192);
    expect([...first]).toEqual(Array.from({ length: 192 }, (_, pixel) => written[4 * pixel]));
  });

  it('are no others by --channels, and photographs have no four', async () => {
    writeFileSync(at('four.npy'), writeNpy(levels, [4, 4, 16, 12]));
    const options = { data: at('four.npy'), size: '12x16', channels: 3, cacheDir: at('cache') } as const;
    await expect(prepareImages(options)).rejects.toThrow(
      '--channels must be left out or 4, as the images have, received 3.',
    );
    const digits = { data: 'digits', size: 8, channels: 4, cacheDir: at('cache') };
    await expect(prepareImages(digits)).rejects.toThrow('--channels must be 1 or 3, received 4.');
  });
});
