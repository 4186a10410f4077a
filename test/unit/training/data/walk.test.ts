import { execFileSync } from 'node:child_process';
import { chmodSync, linkSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { walkImages } from '#base/folders/walk.ts';
import { allPixels, casePlaces, gray, prepare, temporaryFolder, writeFiles } from '#test/pictures/images.ts';
import { skipBecause } from '#test/skip.ts';

const root = temporaryFolder();
const place = casePlaces();

/** A folder with one picture of level 7, `good.png`. */
async function folder() {
  const { data, cacheDir } = place();
  return { data: await writeFiles(data, { 'good.png': gray(7) }), cacheDir };
}

/** Prepares and expects the good picture and these skipped files. */
async function expectSkipped(at: Awaited<ReturnType<typeof folder>>, skipped: [string, string | RegExp][]) {
  const dataset = await prepare(at);
  expect(dataset.skipped).toEqual(
    skipped.map(([file, reason]) => ({
      file,
      reason: typeof reason === 'string' ? reason : expect.stringMatching(reason),
    })),
  );
  expect(await allPixels(dataset)).toEqual(new Uint8Array(64).fill(7));
  expect((await prepare(at)).cached).toBe(true);
  await expect(prepare({ ...at, strict: true })).rejects.toThrow(`received ${skipped[0]![0]}: `);
}

/** On Windows only administrators can make links and pipes. */
const LACKS_POSIX = process.platform === 'win32' ? 'Windows has no such files: run on Linux or macOS' : undefined;

const LACKS_PROC = process.platform === 'linux' ? undefined : 'only Linux has /proc: run there';

it('links in a circle and links to nothing are skipped', skipBecause(LACKS_POSIX), async () => {
  const at = await folder();
  symlinkSync('b.png', join(at.data, 'a.png'));
  symlinkSync('a.png', join(at.data, 'b.png'));
  symlinkSync('self', join(at.data, 'self'));
  symlinkSync('/nowhere/at/all.png', join(at.data, 'dangling.png'));
  symlinkSync('/nowhere/at/all.txt', join(at.data, 'no-image.txt'));
  await expectSkipped(at, [
    ['a.png', 'a link that leads back to itself'],
    ['b.png', 'a link that leads back to itself'],
    ['dangling.png', 'a broken link'],
    ['self', 'a link that leads back to itself'],
  ]);
});

it('a folder that contains itself is entered once', async () => {
  const at = await folder();
  mkdirSync(join(at.data, 'sub'));
  symlinkSync(at.data, join(at.data, 'sub', 'loop'), 'junction');
  await expectSkipped(at, [['sub/loop', 'a link to a folder that contains it']]);
});

it('links among folders do not multiply', skipBecause(LACKS_POSIX), async () => {
  const at = await folder();
  const names = Array.from({ length: 12 }, (_, i) => `f${String(i).padStart(2, '0')}`);
  for (const name of names) await writeFiles(at.data, { [`${name}/1.png`]: gray(1) });
  for (const name of names) {
    for (const other of names) if (other !== name) symlinkSync(join('..', other), join(at.data, name, other));
  }
  const { images, skipped } = walkImages(at.data);
  expect(images.map(({ path }) => path)).toEqual([...names.map((name) => `${name}/1.png`), 'good.png']);
  expect(skipped).toHaveLength(12 * 11);
  expect(skipped).toContainEqual({ file: 'f01/f00', reason: 'a link to a folder that has already been read' });
});

it('of a folder and links to it the real one is read, in whatever order', skipBecause(LACKS_POSIX), async () => {
  const at = await folder();
  await writeFiles(at.data, { 'real/1.png': gray(1), 'real/deep/2.png': gray(2) });
  const outside = await writeFiles(join(root, 'twice'), { '3.png': gray(3), 'in/4.png': gray(4) });
  symlinkSync('real', join(at.data, 'alias'));
  symlinkSync('real/deep', join(at.data, 'zlias'));
  symlinkSync(outside, join(at.data, 'x'));
  symlinkSync(outside, join(at.data, 'y'));
  symlinkSync(join(outside, 'in'), join(at.data, 'z'));
  const { images, skipped } = walkImages(at.data);
  const paths = ['good.png', 'real/1.png', 'real/deep/2.png', 'x/3.png', 'x/in/4.png'];
  expect(images.map(({ path }) => path)).toEqual(paths);
  const reason = 'a link to a folder that has already been read';
  expect(skipped).toEqual(['alias', 'y', 'z', 'zlias'].map((file) => ({ file, reason })));
});

it('a folder in what a link leads to is not read again', skipBecause(LACKS_POSIX), async () => {
  const at = await folder();
  const outside = await writeFiles(join(root, 'around'), { '1.png': gray(1), 'in/2.png': gray(2) });
  symlinkSync(join(outside, 'in'), join(at.data, 'a'));
  symlinkSync(outside, join(at.data, 'b'));
  const { images, skipped } = walkImages(at.data);
  expect(images.map(({ path }) => path)).toEqual(['a/2.png', 'b/1.png', 'good.png']);
  expect(skipped).toEqual([{ file: 'b/in', reason: 'a folder that has already been read' }]);
});

it('a file is read once, whatever links lead to it; hard links are files', skipBecause(LACKS_POSIX), async () => {
  const at = await folder();
  const outside = await writeFiles(join(root, 'files'), { '1.png': gray(1) });
  symlinkSync('good.png', join(at.data, 'a.png'));
  symlinkSync('good.png', join(at.data, 'a.txt'));
  linkSync(join(at.data, 'good.png'), join(at.data, 'hard.png'));
  for (const name of ['x.png', 'y.png']) symlinkSync(join(outside, '1.png'), join(at.data, name));
  const { images, skipped } = walkImages(at.data);
  expect(images.map(({ path }) => path)).toEqual(['good.png', 'hard.png', 'x.png']);
  const reason = 'a link to a file that has already been read';
  expect(skipped).toEqual(['a.png', 'y.png'].map((file) => ({ file, reason })));
});

it('a row of a CSV may name a link to an image', skipBecause(LACKS_POSIX), async () => {
  const at = await folder();
  symlinkSync('good.png', join(at.data, 'patient.png'));
  const csv = join(at.data, 'table.csv');
  writeFileSync(csv, 'id,sex\npatient,f\n');
  const dataset = await prepare({ ...at, csv, labelColumn: 'sex' });
  expect([dataset.count, dataset.skipped]).toEqual([1, []]);
  writeFileSync(csv, 'id,sex\npatient,f\ngood,m\n');
  await expect(prepare({ ...at, csv, labelColumn: 'sex' })).rejects.toThrow('about one image must agree');
});

it('folders in which Linux shows itself are skipped', skipBecause(LACKS_PROC), async () => {
  const at = await folder();
  symlinkSync('/proc', join(at.data, 'processes'));
  symlinkSync('/proc/self/mem', join(at.data, 'memory'));
  const reason = 'a folder of the system without real files';
  await expectSkipped(at, [
    ['memory', /^(the disk reports an error|permission is denied)$/],
    ['processes', reason],
  ]);
  await expect(prepare({ ...at, data: '/proc' })).rejects.toThrow(
    `Cannot prepare images: data must be a folder with images, received /proc, ${reason}.`,
  );
});

it('links to pictures and folders outside are followed', skipBecause(LACKS_POSIX), async () => {
  const at = await folder();
  const outside = await writeFiles(join(root, 'outside'), { '1.png': gray(1), 'deep/2.png': gray(2) });
  symlinkSync(join(outside, '1.png'), join(at.data, 'one.png'));
  symlinkSync(join(outside, 'deep'), join(at.data, 'deep'));
  const dataset = await prepare(at);
  expect(dataset.skipped).toEqual([]);
  const pixels = await allPixels(dataset);
  expect([pixels[0], pixels[64], pixels[128]]).toEqual([2, 7, 1]);
});

it('pipes, sockets and devices under the name of an image are skipped, unread', skipBecause(LACKS_POSIX), async () => {
  const at = await folder();
  execFileSync('mkfifo', [join(at.data, 'pipe.png'), join(at.data, 'pipe'), join(at.data, 'train-images-idx3-ubyte')]);
  symlinkSync('/dev/zero', join(at.data, 'zero.png'));
  const server = createServer().listen(join(at.data, 'socket.png'));
  await new Promise((resolve) => server.once('listening', resolve));
  try {
    await expectSkipped(at, [
      ['pipe.png', 'not a file but a named pipe'],
      ['socket.png', 'not a file but a socket'],
      ['zero.png', 'not a file but a device'],
    ]);
  } finally {
    server.close();
  }
});

it('a pipe or a device in place of the folder is refused, unread', skipBecause(LACKS_POSIX), async () => {
  const at = await folder();
  const pipe = join(at.data, 'pipe');
  execFileSync('mkfifo', [pipe]);
  await expect(prepare({ ...at, data: pipe })).rejects.toThrow(/IDX files, received a named pipe, .*pipe\.$/);
  await expect(prepare({ ...at, data: '/dev/zero' })).rejects.toThrow('received a device, /dev/zero.');
  symlinkSync('self', join(at.data, 'self'));
  await expect(prepare({ ...at, data: join(at.data, 'self') })).rejects.toThrow('its links lead in a circle');
  await expect(prepare({ ...at, csv: '/dev/zero' })).rejects.toThrow(
    'csv must be a text file, received /dev/zero, a device',
  );
});

it('a sub-folder and a file that may not be read are skipped', skipBecause(LACKS_POSIX), async () => {
  const at = await folder();
  await writeFiles(at.data, { 'closed/1.png': gray(1), 'locked.png': gray(2), secret: gray(3) });
  chmodSync(at.data, 0o755);
  chmodSync(join(at.data, '..', '..'), 0o755);
  for (const name of ['closed', 'locked.png', 'secret']) chmodSync(join(at.data, name), 0);
  asNobody(() => {
    const { images, skipped } = walkImages(at.data);
    expect(images.map(({ path }) => path)).toEqual(['good.png']);
    expect(skipped).toEqual([
      { file: 'closed', reason: 'permission is denied' },
      { file: 'locked.png', reason: 'permission is denied' },
      { file: 'secret', reason: 'permission is denied' },
    ]);
  });
  for (const name of ['closed', 'locked.png', 'secret']) chmodSync(join(at.data, name), 0o755);
});

it('a picture that goes while the others are read is skipped', async () => {
  const at = await folder();
  await writeFiles(at.data, { 'later.png': gray(9) });
  const dataset = await prepare(at, ({ done }) => {
    if (done === 0) rmSync(join(at.data, 'later.png'));
  });
  expect(dataset.skipped).toEqual([{ file: 'later.png', reason: 'missing: it existed when the folder was read' }]);
  expect(dataset.count).toBe(1);
});

it('a row of a CSV that names an unreadable picture tells why', skipBecause(LACKS_POSIX), async () => {
  const at = await folder();
  symlinkSync('bad.png', join(at.data, 'bad.png'));
  mkdirSync(join(at.data, 'sub'));
  symlinkSync(at.data, join(at.data, 'sub', 'loop'));
  const csv = join(at.data, 'table.csv');
  writeFileSync(csv, 'id\ngood\nbad\n');
  const { skipped } = await prepare({ ...at, csv });
  expect(skipped).toEqual([
    { file: 'sub/loop', reason: 'a link to a folder that contains it' },
    { file: 'bad.png', reason: 'a link that leads back to itself' },
  ]);
});

/** Runs `work` without the rights of root, who may read everything. */
function asNobody(work: () => void): void {
  const root = process.getuid?.() === 0;
  if (root) process.seteuid?.(65_534);
  try {
    work();
  } finally {
    if (root) process.seteuid?.(0);
  }
}

it('pictures that a network drew are left out with the folder of their run or model, and named', async () => {
  const at = await folder();
  const run = { 'config.json': '{}', 'data.json': '{}', 'metrics.jsonl': '' };
  for (const [place, files] of Object.entries({ 'runs/a': run, 'deep/er/m': { 'model_index.json': '{}' } })) {
    await writeFiles(at.data, { [`${place}/samples.png`]: gray(1), [`${place}/samples/step-1.png`]: gray(2) });
    for (const [name, text] of Object.entries(files)) writeFileSync(join(at.data, place, name), text);
  }
  const dataset = await prepare(at);
  expect(await allPixels(dataset)).toEqual(new Uint8Array(64).fill(7));
  expect(dataset.skipped).toEqual([]);
  expect(dataset.notes).toContain('Left out: deep/er/m (a model), runs/a (a run). A network drew those pictures.');
  await expect(prepare({ ...at, data: join(at.data, 'runs/a') })).rejects.toThrow(
    `received the folder of a run, whose pictures a network drew: ${join(at.data, 'runs/a')}.`,
  );
  await expect(prepare({ ...at, data: join(at.data, 'runs') })).rejects.toThrow(
    'received only pictures that a network drew, in a (a run): ',
  );
});

it('pictures beside a config.json of something else count', async () => {
  const at = await folder();
  await writeFiles(at.data, { 'set/1.png': gray(1) });
  for (const name of ['config.json', 'data.json']) writeFileSync(join(at.data, 'set', name), '{}');
  expect((await prepare(at)).count).toBe(2);
});
