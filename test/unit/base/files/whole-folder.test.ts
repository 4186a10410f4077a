import { createHash } from 'node:crypto';
import { lstat, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkWholeFolder, LIST_FILE, writeListed, writeWholeFolder } from '#base/files/whole-folder.ts';
import { temporaryFolder } from '#test/temporary/folder.ts';

type Files = Readonly<Record<string, string>>;

const put = async (folder: string, files: Files) => {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
};
const write = (out: string, files: Files) =>
  writeWholeFolder({ action: 'write a model', out }, (temporary) => put(temporary, files));
const hash = (text: string) => createHash('sha256').update(text).digest('hex');
const MODEL: Files = { 'README.md': 'card', 'unet/model.onnx': 'network' };

describe('writeWholeFolder', () => {
  it('lists what it wrote as sha256sum does', async () => {
    const out = join(temporaryFolder(), 'new', 'model');
    await write(out, { ...MODEL, 'a name with blanks é.txt': '' });
    const lines = (await readFile(join(out, LIST_FILE), 'utf8')).trimEnd().split('\n');
    expect(lines).toEqual([
      expect.stringMatching(/^# Written by Onnoise/),
      `${hash('card')}  README.md`,
      `${hash('')}  a name with blanks é.txt`,
      `${hash('network')}  unet/model.onnx`,
    ]);
  });

  it.each([
    ['a file of the user', MODEL, { 'notes.txt': 'mine' }, 'notes.txt'],
    ['a hidden one', MODEL, { '.git/HEAD': 'mine' }, '.git/HEAD'],
    [
      'one under a name that models have',
      MODEL,
      { 'unet/diffusion_pytorch_model.safetensors': 'mine' },
      'unet/diffusion',
    ],
    ['a changed file', MODEL, { 'README.md': 'mine' }, 'a changed README.md'],
    ['a folder that something else wrote', undefined, { 'model_index.json': 'mine' }, 'model_index.json'],
    [
      'files with a list that somebody else made',
      undefined,
      { x: '', [LIST_FILE]: `${hash('')}  x\n` },
      `${LIST_FILE}, x`,
    ],
    ['many files', undefined, { a: '', b: '', c: '', d: '' }, 'a, b, c and 1 more'],
  ])('refuses to lose %s', async (_, before, mine, words) => {
    const out = join(temporaryFolder(), 'model');
    if (before !== undefined) await write(out, before);
    await put(out, mine);
    await expect(write(out, {})).rejects.toThrow(`received ${out} with ${words}`);
    for (const [path, content] of Object.entries(mine)) expect(await readFile(join(out, path), 'utf8')).toBe(content);
  });

  it('refuses a changed file also after an evaluation was written beside and into it', async () => {
    const out = join(temporaryFolder(), 'model');
    await write(out, MODEL);
    await put(out, { 'README.md': 'mine' });
    await writeListed(out, { 'README.md': 'mine, with figures' });
    await expect(write(out, {})).rejects.toThrow('with a changed README.md, which would be lost');
  });

  it('refuses files that came while it worked', async () => {
    const out = join(temporaryFolder(), 'model');
    const working = writeWholeFolder({ action: 'write a model', out }, () => put(out, { 'notes.txt': 'mine' }));
    await expect(working).rejects.toThrow('with notes.txt, which would be lost');
    expect(await readdir(dirname(out))).toEqual(['model']);
  });

  it('keeps the older folder, and makes none above, when the work fails', async () => {
    const root = temporaryFolder();
    const fails = (out: string) =>
      writeWholeFolder({ action: 'write a model', out }, () => Promise.reject(new Error('no')));
    await write(join(root, 'model'), MODEL);
    await expect(fails(join(root, 'model'))).rejects.toThrow('no');
    await expect(fails(join(root, 'far', 'away', 'model'))).rejects.toThrow('no');
    expect(await readdir(root)).toEqual(['model']);
    expect(await readFile(join(root, 'model', 'README.md'), 'utf8')).toBe('card');
  });

  it('replaces the folder that a link names, and keeps the link', async () => {
    const root = temporaryFolder();
    await write(join(root, 'v1'), MODEL);
    await symlink('v1', join(root, 'current'), 'junction');
    await write(join(root, 'current'), { new: '' });
    expect((await lstat(join(root, 'current'))).isSymbolicLink()).toBe(true);
    expect((await readdir(join(root, 'v1'))).sort()).toEqual([LIST_FILE, 'new']);
  });
});

describe('checkWholeFolder', () => {
  it('refuses a file, what lies in one, the folder of its input, the current folder and those above it, and /', async () => {
    const root = temporaryFolder();
    const here = join(root, 'here');
    await put(root, { file: '', 'from/x': '' });
    await mkdir(here);
    const before = process.cwd();
    const check = (out: string) => checkWholeFolder({ action: 'write a model', out, from: join(root, 'from') });
    try {
      process.chdir(here);
      for (const out of ['.', here, root, 'new/..', '../here/']) {
        await expect(check(out)).rejects.toThrow(`received ${out}, the one that the command runs in.`);
      }
      await expect(check('')).rejects.toThrow('received "".');
      await expect(check('../file')).rejects.toThrow('received ../file, a file.');
      await expect(check('../file/model')).rejects.toThrow('received ../file/model, which lies in a file.');
      await expect(check('../from/y')).rejects.toThrow(`, a folder in ${join(root, 'from')}.`);
      await expect(check('/')).rejects.toThrow('Cannot write a model: --out must be');
    } finally {
      process.chdir(before);
    }
    await rm(here, { recursive: true });
    expect((await readdir(root)).sort()).toEqual(['file', 'from']);
  });
});
