import { readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { shownImages } from '#pipeline/commands/stages/prepared-sheet.ts';
import { flatPicture, temporaryFolder, writeFiles } from '#test/pictures/images.ts';
import { done, refuses, runCli } from '#test/run-cli.ts';

describe('pipeline prepare --sheet', () => {
  it('draws the prepared images in their order', async () => {
    const root = temporaryFolder();
    const levels = [0, 80, 160, 240];
    const photos = levels.map((level, i) => [`${i}.png`, flatPicture(8, 8, level)] as const);
    const data = await writeFiles(join(root, 'photos'), Object.fromEntries(photos));
    const sheet = join(root, 'new', 'look.png');
    const given = ['prepare', '--data', data, '--size', '8', '--cache-dir', join(root, 'cache'), '--sheet', sheet];
    const { stdout } = await done(runCli(...given));
    expect(stdout.split('\n').at(-2)).toContain('4 images to look at: ');
    const { data: pixels, info } = await sharp(sheet).extractChannel(0).raw().toBuffer({ resolveWithObject: true });
    const at = (x: number, y: number) => pixels[Math.floor(y * info.height) * info.width + Math.floor(x * info.width)];
    expect([at(0.25, 0.25), at(0.75, 0.25), at(0.25, 0.75), at(0.75, 0.75)]).toEqual(levels);
    expect(JSON.parse((await runCli(...given, '--json')).stdout)).toMatchObject({ count: 4, sheet });
  });

  it('refuses to put the sheet among the images, also by a link and in a folder that is not there yet', async () => {
    const root = temporaryFolder();
    const data = await writeFiles(join(root, 'photos'), { '1.png': flatPicture(8, 8, 9) });
    symlinkSync(data, join(root, 'link'), 'junction');
    for (const sheet of [join(data, 'a', 'b.png'), join(root, 'link', 'look.png')]) {
      await refuses(
        runCli('prepare', '--data', data, '--size', '8', '--sheet', sheet),
        `Cannot write ${sheet}: --sheet must lie outside the folder of the images, ${JSON.stringify(data)}, where it would`,
      );
    }
    expect(readdirSync(data)).toEqual(['1.png']);
  });
});

describe('shownImages', () => {
  it('shows all of few, and at most 400 or as many as fit, from the first on to near the last', () => {
    expect(shownImages(3, 64)).toEqual([0, 1, 2]);
    const many = shownImages(12_611, 64);
    expect([many.length, many[0], many.at(-1)]).toEqual([400, 0, 12_579]);
    expect(new Set(many).size).toBe(400);
    expect(shownImages(12_611, 1024).length).toBe(9);
    expect(shownImages(5, 8192).length).toBe(1);
  });
});
