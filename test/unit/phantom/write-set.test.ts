import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { prepareImages } from '@onnoise/training';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { LABEL } from '#base/pictures/phantom-label.ts';
import { writeSet } from '#phantom/write-set.ts';
import { temporaryFolder } from '#test/models/tiny-onnx.ts';
import { lacksMount, smallDisk } from '#test/pictures/disks.ts';
import { filesOf, truthOf } from '#test/pictures/phantoms.ts';
import { PIPELINE, refusal, runCli } from '#test/run-cli.ts';
import { skipBecause } from '#test/skip.ts';
import { describeData } from '#training/saved/run-folder.ts';

const read = (folder: string, name: string) => readFileSync(join(folder, name), 'utf8');
/** Leaves no space on a disk. */
function fillUp(disk: string) {
  const file = openSync(join(disk, 'fill'), 'a');
  try {
    for (;;) writeSync(file, Buffer.alloc(1024));
  } catch {
    closeSync(file);
  }
}

describe('writeSet', () => {
  it("writes RSNA's layout, the truth and what the files are", async () => {
    const out = join(await temporaryFolder(), 'sets', 'hands');
    expect(await writeSet({ count: 5, size: 48, out })).toBe(5);
    expect(readdirSync(out).sort()).toEqual(['README.md', 'hands.csv', 'images', 'truth.jsonl']);
    expect(readdirSync(join(out, 'images')).sort()).toEqual(['1.png', '2.png', '3.png', '4.png', '5.png']);
    const truth = truthOf(out);
    const rows = read(out, 'hands.csv').trim().split('\n');
    expect(rows[0]).toBe('id,boneage,male');
    expect(rows.slice(1)).toEqual(truth.map(({ id, age, sex }) => `${id},${age},${sex === 'male' ? 'True' : 'False'}`));
    for (const name of readdirSync(join(out, 'images'))) {
      const { comments } = await sharp(join(out, 'images', name)).metadata();
      expect(comments).toContainEqual({ keyword: 'Warning', text: LABEL });
    }
    expect(read(out, 'README.md')).toContain(LABEL);
    const dataset = await prepareImages({
      data: join(out, 'images'),
      csv: join(out, 'hands.csv'),
      labelColumn: 'male',
      conditionColumns: 'boneage',
      size: 32,
      cacheDir: join(out, '..', 'cache'),
    });
    expect([dataset.count, dataset.skipped, dataset.phantoms]).toEqual([5, [], 5]);
    expect(dataset.notes).toContain(
      'All images are synthetic phantoms, not pictures of people: the run and the model will say so.',
    );
    expect(describeData(dataset)).toMatchObject({ count: 5, phantoms: 5 });
    dataset.close();
  });

  it('writes the same bytes with any number of threads, and picture k with any count', { tags: 'long' }, async () => {
    const folder = await temporaryFolder();
    const options = { count: 160, size: 32, seed: 9, duplicates: 3, broken: 3, abnormal: 0.5, masks: true };
    await writeSet({ ...options, threads: 1, out: join(folder, 'one') });
    await writeSet({ ...options, threads: 3, out: join(folder, 'three') });
    await writeSet({ ...options, count: 7, duplicates: 0, broken: 0, out: join(folder, 'few') });
    const [one, three, few] = ['one', 'three', 'few'].map((name) => filesOf(join(folder, name)));
    expect(three).toEqual(one);
    for (let id = 1; id <= 7; id++) {
      for (const folder of ['images', 'masks']) {
        expect(few![join(folder, `${id}.png`)]).toBe(one![join(folder, `${id}.png`)]);
      }
    }
  });

  it('plants copies and broken files, and says which they are', async () => {
    const out = join(await temporaryFolder(), 'hands');
    await writeSet({ count: 6, duplicates: 4, broken: 3, size: 64, seed: 3, out });
    const truth = truthOf(out);
    const image = (id: number) => readFileSync(join(out, 'images', `${id}.png`));
    for (const { id, copy, age } of truth.slice(6, 10)) {
      expect(age).toBe(truth[copy.of - 1].age);
      expect(image(id).equals(image(copy.of))).toBe(copy.shift === undefined);
    }
    const [changed] = truth.filter(({ copy }) => copy?.shift);
    const pixels = async (id: number) => sharp(image(id)).extractChannel(0).raw().toBuffer();
    const [of, copied] = [await pixels(changed.copy.of), await pixels(changed.id)];
    const [dx, dy] = changed.copy.shift;
    const differences = [20, 30, 40].flatMap((y) =>
      [20, 30, 40].map((x) => Math.abs(copied[(y + dy) * 64 + x + dx]! - of[y * 64 + x]!)),
    );
    expect(Math.max(...differences)).toBeLessThanOrEqual(changed.copy.noise);
    expect(truth.slice(10).map(({ id, broken }) => [id, broken])).toEqual([
      [11, 'cut'],
      [12, 'empty'],
      [13, 'text'],
    ]);
    for (const id of [11, 12, 13])
      await expect(
        sharp(join(out, 'images', `${id}.png`))
          .raw()
          .toBuffer(),
      ).rejects.toThrow();
    expect(read(out, 'hands.csv').trim().split('\n')).toHaveLength(14);
    const dataset = await prepareImages({
      data: join(out, 'images'),
      csv: join(out, 'hands.csv'),
      conditionColumns: 'boneage',
      size: 32,
      cacheDir: join(out, '..', 'cache'),
    });
    expect(dataset.skipped.map(({ file }) => file).sort()).toEqual(['11.png', '12.png', '13.png']);
    expect(dataset.count).toBe(10);
  });

  it('leaves nothing when it is stopped', { tags: 'long' }, async () => {
    const folder = await temporaryFolder();
    const stop = new AbortController();
    const out = join(folder, 'new', 'hands');
    const onProgress = () => stop.abort();
    const work = writeSet({ count: 400, size: 32, threads: 2, out, signal: stop.signal, onProgress });
    await expect(work).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
    expect(readdirSync(folder)).toEqual([]);
  });

  it('killed half-way leaves no folder of that name, and the next run removes what is left', {
    tags: 'long',
  }, async () => {
    const folder = await temporaryFolder();
    const out = join(folder, 'hands');
    const command = ['phantom', '--count', '5000', '--size', '64', '--threads', '1', '--out', out];
    const child = spawn(process.execPath, [PIPELINE, ...command]);
    while (Object.keys(filesOf(folder)).length < 20) await pause(50);
    child.kill('SIGKILL');
    await once(child, 'exit'); // until then its number counts as a process
    expect(existsSync(out)).toBe(false);
    await writeSet({ count: 2, size: 32, out });
    expect(readdirSync(folder)).toEqual(['hands']);
  });

  it('says that a disk is full, and leaves nothing', skipBecause(lacksMount()), async () => {
    const [before, meanwhile] = [smallDisk(400), smallDisk(3000)];
    const given = { count: 200, size: 64, threads: 1 };
    await expect(writeSet({ ...given, out: join(before, 'hands') })).rejects.toThrow(
      /^Cannot write phantoms: the disk must have .* free, but it has/,
    );
    const onProgress = () => fillUp(meanwhile);
    const full = writeSet({ ...given, size: 32, out: join(meanwhile, 'hands'), onProgress });
    await expect(full).rejects.toThrow(/the disk is full; free some space and start again\.$/);
    expect([readdirSync(before), readdirSync(meanwhile)]).toEqual([[], ['fill']]);
  });
});

describe('pipeline phantom', () => {
  it('prints where everything is, and takes an empty folder', async () => {
    const out = join(await temporaryFolder(), 'hands');
    mkdirSync(out);
    const { code, stdout, stderr } = await runCli(
      ...['phantom', '--count', '2', '--size', '32', '--out', out, '--json'],
    );
    expect([code, stderr.replace(/^Drawing.*\n/gm, '')]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toMatchObject({ out, files: 2, pictures: 2, duplicates: 0, broken: 0 });
  });

  it.each([
    ['32', '32'],
    ['96', '64'],
  ])('pictures of %s pixels are to be prepared at %s: they are not enlarged', async (size, suggested) => {
    const out = join(await temporaryFolder(), 'hands');
    const { stdout } = await runCli('phantom', '--count', '1', '--size', size, '--out', out);
    expect(stdout).toMatch(new RegExp(` --size ${suggested}\\n$`));
  });

  it.each([
    [['--count', '0'], '--count must be an integer from 1 to 1000000, received 0.'],
    [['--count', '2', '--size', 'large'], '--size must be a number, received "large".'],
    [
      ['--count', '2', '--age', '0,100'],
      '--age must be two whole numbers of months from 1 to 228, the younger first, received 0,100.',
    ],
    [['--count', '2', '--age', '120'], '--age must be two numbers, as 60,120, received "120".'],
    [['--count', '2', '--abnormal', '20'], '--abnormal must be a number from 0 to 1, received 20.'],
    [['--count', '2', '--sex', 'both'], '--sex must be one of female, male, received "both".'],
  ])('refuses %j in one sentence', async (options, words) => {
    const out = join(await temporaryFolder(), 'hands');
    const stderr = await refusal(runCli('phantom', ...options, '--out', out));
    expect(stderr).toContain(words);
    expect(existsSync(out)).toBe(false);
  });

  it('refuses a folder that holds something', async () => {
    const folder = await temporaryFolder();
    writeFileSync(join(folder, 'mine.txt'), 'mine');
    const onto = (out: string) => runCli('phantom', '--count', '2', '--out', out);
    expect(await onto(folder)).toMatchObject({
      code: 2,
      stderr: `Cannot write phantoms: --out must be a new or an empty folder, received ${folder} with mine.txt, which would be lost.\n`,
    });
    expect(readdirSync(folder)).toEqual(['mine.txt']);
  });
});
