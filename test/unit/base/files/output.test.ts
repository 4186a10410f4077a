import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkWritable, makeFolder, sweep, temporaryName, writeWhole } from '#base/files/output.ts';
import { temporaryFolder } from '#test/models/tiny-onnx.ts';
import { deadAside, deadTemporary } from '#test/programs/dead-temporary.ts';

describe('sweep', () => {
  test('removes what processes that are gone left, and nothing else', async () => {
    const folder = await temporaryFolder();
    const kept = ['a.txt', '.hidden', '.a.tmp', '.a.0123abcd.tmp', '.a.ffffff-1-000000000000.tmp'];
    for (const name of kept) await writeFile(join(folder, name), '');
    const mine = temporaryName(join(folder, 'a.txt'));
    await writeFile(mine, '');
    await writeFile(deadTemporary(join(folder, 'a.txt')), '');
    await mkdir(deadTemporary(join(folder, 'model')));
    await sweep(folder);
    expect((await readdir(folder)).map((name) => join(folder, name)).sort()).toEqual(
      kept
        .map((name) => join(folder, name))
        .concat(mine)
        .sort(),
    );
  });

  test('gives what was moved aside its place back, unless something new is there', async () => {
    const folder = await temporaryFolder();
    await writeFile(deadAside(join(folder, 'lost')), 'old');
    await writeFile(deadAside(join(folder, 'there')), 'old');
    await writeFile(join(folder, 'there'), 'new');
    await sweep(folder);
    expect((await readdir(folder)).sort()).toEqual(['lost', 'there']);
    expect(await readFile(join(folder, 'lost'), 'utf8')).toBe('old');
    expect(await readFile(join(folder, 'there'), 'utf8')).toBe('new');
  });
});

describe('checkWritable', () => {
  test('makes the folders above, sweeps, and leaves nothing of its trial', async () => {
    const folder = await temporaryFolder();
    await writeFile(deadTemporary(join(folder, 'a.png')), '');
    await checkWritable('--out', join(folder, 'a.png'), 'file');
    await checkWritable('--frames', join(folder, 'new', 'frames'), 'folder');
    expect((await readdir(folder, { recursive: true })).sort()).toEqual(['new', join('new', 'frames')]);
  });

  test.each([
    ['', 'file', 'Cannot write the results: --out must be a file that can be written, received "".'],
    ['folder', 'file', '--out must be a file that can be written, there is a folder of that name.'],
    ['file', 'folder', '--out must be a folder that can be written, there is a file of that name.'],
    ['file/below', 'file', '--out must be a file that can be written, a part of the path is a file.'],
    ['new/', 'file', '--out must be a file that can be written, this is the name of a folder.'],
    ['loop/below', 'folder', '--out must be a folder that can be written, its links lead in a circle.'],
  ] as const)('refuses %j as a %s', async (name, kind, message) => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'folder'));
    await writeFile(join(folder, 'file'), '');
    await symlink('loop', join(folder, 'loop'));
    const path = name === '' ? '' : `${folder}/${name}`;
    await expect(checkWritable('--out', path, kind)).rejects.toThrow(message);
  });

  test('tells what to do about a folder that no option names', async () => {
    const file = join(await temporaryFolder(), 'file');
    await writeFile(file, '');
    await expect(checkWritable('the package', join(file, 'x'), 'folder', 'Do this.')).rejects.toThrow(
      /^Cannot write .*x: the package must be a folder that can be written, a part of the path is a file\. Do this\.$/,
    );
  });

  test.runIf(process.platform !== 'win32')('refuses a device, which a rename would replace', async () => {
    await expect(checkWritable('--out', '/dev/null', 'file')).rejects.toThrow('it is not an ordinary file');
  });
});

describe('makeFolder', () => {
  test('makes what is missing, also when two do it at once', async () => {
    for (let round = 0; round < 50; round++) {
      const folder = join(await temporaryFolder(), 'a', 'b', 'c');
      await Promise.all([makeFolder(folder), makeFolder(folder), makeFolder(join(folder, 'd'))]);
      expect(await readdir(folder)).toEqual(['d']);
    }
    await makeFolder('/');
  });

  test.runIf(process.platform === 'linux')('comes back where the system makes none', async () => {
    await expect(makeFolder('/proc/a/b/c')).rejects.toThrow('ENOENT');
  });
});

describe('temporaryName', () => {
  test('of the longest name is no longer than a name may be', async () => {
    const folder = await temporaryFolder();
    for (const name of ['x'.repeat(255), 'ü'.repeat(127)]) {
      await writeWhole(join(folder, name), 'text');
      expect(await readFile(join(folder, name), 'utf8')).toBe('text');
    }
    expect(await readdir(folder)).toHaveLength(2);
  });
});
