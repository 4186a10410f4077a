import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { marked } from '#pipeline/commands/stages/own-pictures.ts';
import { temporaryFolder, tinyArtefact } from '#test/models/tiny-onnx.ts';
import { runCli } from '#test/run-cli.ts';
import { skipBecause } from '#test/skip.ts';

const PICTURE = sharp({ create: { width: 4, height: 4, channels: 3, background: '#777' } })
  .toColourspace('b-w')
  .png()
  .toBuffer();

const LACKS_LINKS =
  process.platform === 'win32' ? 'Windows lets only administrators link files: run on Linux or macOS' : undefined;

const sample = async (...args: string[]) =>
  runCli('sample', '--model', await tinyArtefact(), '--count', '2', '--steps', '3', ...args);

/** A folder with pictures of a user: x.png, m.png and d/0.png; `link` leads to d. */
async function folderOf() {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'd'));
  for (const name of ['x.png', 'm.png', 'd/0.png']) await writeFile(join(folder, name), await PICTURE);
  await symlink('d', join(folder, 'link'), 'junction');
  return folder;
}

/** The arguments with paths below the folder in place of names. */
const placed = (folder: string, args: readonly string[]) =>
  args.map((arg) => (/^(--|\d+$)/.test(arg) ? arg : join(folder, arg)));

describe('pipeline sample', () => {
  test.each([
    [['--out', 'd/5.png', '--singles', 'd', '--seed', '5'], 'the files of --singles must differ from --out', 'd/5.png'],
    [
      ['--out', 'd/5.png', '--singles', 'link', '--seed', '5'],
      'the files of --singles must differ from --out',
      'link/5.png',
    ],
    [['--out', 'd/0001.png', '--frames', 'd'], 'the files of --frames must differ from --out', 'd/0001.png'],
    [['--out', 'x.png', '--from', 'x.png'], '--out must differ from --from', 'x.png'],
    [['--out', 'm.png', '--from', 'x.png', '--mask', 'm.png'], '--out must differ from --mask', 'm.png'],
    [
      ['--out', 's.png', '--from', 'd/0.png', '--singles', 'd', '--seed', '0'],
      'the files of --singles must differ from --from',
      'd/0.png',
    ],
  ])('refuses %j, before it samples', async (args, rule, path) => {
    const folder = await folderOf();
    const before = (await readdir(folder, { recursive: true })).sort();
    const { code, stdout, stderr } = await sample(...placed(folder, args));
    const message = `Cannot write the pictures: ${rule}, received ${join(folder, path)} for both.\n`;
    expect([code, stdout, stderr]).toEqual([2, '', message]);
    expect((await readdir(folder, { recursive: true })).sort()).toEqual(before);
    expect(await readFile(join(folder, 'x.png'))).toEqual(await PICTURE);
  });

  test.each([
    ['--singles', '0.png'],
    ['--frames', '0001.png'],
  ])('%s replaces pictures that it made, and no others', async (option, name) => {
    const folder = await folderOf();
    const made = join(folder, 'made');
    const out = ['--out', join(made, 'sheet.png')];
    expect(await sample(...out, option, made)).toMatchObject({ code: 0 });
    const first = await readFile(join(made, name));
    expect((await sharp(first).metadata()).comments).toEqual([{ keyword: 'Software', text: 'onnoise sample' }]);
    expect(await sample(...out, option, made)).toMatchObject({ code: 0 });
    expect(await readFile(join(made, name))).toEqual(first);

    for (const other of [await PICTURE, Buffer.from('no picture')]) {
      await writeFile(join(made, name), other);
      const { code, stderr } = await sample(...out, option, made);
      const received = `received ${made} with a ${name} that sample did not write. Choose another folder.`;
      const rule = `${option} must be a folder without other pictures of the same names`;
      expect([code, stderr]).toEqual([2, `Cannot write the pictures: ${rule}, ${received}\n`]);
      expect(await readFile(join(made, name))).toEqual(other);
    }
  });

  test('writes the sheet into the folder of the singles', async () => {
    const folder = join(await temporaryFolder(), 'new');
    expect(await sample('--singles', folder, '--out', join(folder, 'seven.png'))).toMatchObject({ code: 0 });
    expect((await readdir(folder)).sort()).toEqual(['0.png', '1.png', 'seven.png']);
  });

  test('replaces a link to its start, but not that', skipBecause(LACKS_LINKS), async () => {
    const folder = await folderOf();
    await symlink('x.png', join(folder, 's.png'));
    expect(await sample('--from', join(folder, 'x.png'), '--out', join(folder, 's.png'))).toMatchObject({ code: 0 });
    expect(await readFile(join(folder, 'x.png'))).toEqual(await PICTURE);
  });
});

test('marked leaves pixels and other formats as they are', async () => {
  const png = await PICTURE;
  const same = await sharp(Buffer.from(marked(png)))
    .raw()
    .toBuffer();
  expect(same).toEqual(await sharp(png).raw().toBuffer());
  expect(marked(Buffer.from('GIF89a'))).toEqual(Buffer.from('GIF89a'));
});
