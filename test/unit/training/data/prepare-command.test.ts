import { readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import yargs from 'yargs';
import { build } from '#pipeline/commands/options/command.ts';
import { toPrepareOptions } from '#pipeline/commands/options/prepare-fields.ts';
import { command } from '#pipeline/commands/prepare.ts';
import { describeDataset } from '#pipeline/commands/stages/describe-dataset.ts';
import { gray, grayPicture, temporaryFolder, writeFiles } from '#test/pictures/images.ts';
import { runCli } from '#test/run-cli.ts';
import type { Dataset } from '#training/data/set/types.ts';
import { resolveConfig } from '#training/settings/config.ts';

const root = temporaryFolder();

/** Runs `pipeline prepare` with these arguments and returns what it wrote to standard output. */
async function run(...args: string[]): Promise<string> {
  const out = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const progress = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    await yargs(['prepare', ...args])
      .command('prepare', '', (cli) => build(cli, command) as never, command.handler)
      .strict()
      .exitProcess(false)
      .fail((message, error) => {
        throw error ?? new Error(message);
      })
      .parseAsync();
    return out.mock.calls.map(([text]) => text).join('');
  } finally {
    out.mockRestore();
    progress.mockRestore();
  }
}

describe('pipeline prepare', () => {
  it('refuses a cache among the images, also through a link, unless no image is looked for there', async () => {
    const data = await writeFiles(join(root, 'mixed'), { 'a.png': gray(1) });
    await symlink(data, join(root, 'mixed-link'));
    for (const cache of ['mixed', 'mixed/cache', 'mixed-link', 'mixed-link/deep/cache']) {
      for (const images of ['mixed', 'mixed-link']) {
        const run = await runCli('prepare', '--data', join(root, images), '--cache-dir', join(root, cache));
        expect([run.code, run.stdout]).toEqual([2, '']);
        expect(run.stderr).toContain(
          `Cannot prepare the images of ${join(root, images)}: --cache-dir must lie outside the folder of the images, `,
        );
      }
    }
    expect(await readdir(data)).toEqual(['a.png']);
    const hidden = await runCli('prepare', '--data', data, '--cache-dir', join(data, '.cache/onnoise'));
    expect(hidden.code).toBe(0);
  });

  it('tells what is in the set, where it is, and every skipped image', async () => {
    const data = await writeFiles(join(root, 'pets'), {
      'cat/1.png': gray(1),
      'dog/2.png': gray(2),
      'dog/3.png': 'broken',
      'dog/4.png': gray(4),
    });
    const args = ['--data', data, '--size', '16', '--cache-dir', join(root, 'cache'), '--validation-share', '0.34'];
    const text = await run(...args);
    expect(text).toMatch(
      /^pets: 3 images of 16 x 16, gray\n {2}2 classes by the sub-folders of pets: cat, dog\n {2}2 to train on, 1 held out\n/,
    );
    expect(text).toMatch(/\n {2}prepared in .*cache.[0-9a-f]{32}\n {2}1 skipped:\n {4}dog\/3\.png: \w.*\n$/);
    expect(await run(...args)).toContain('\n  found prepared in ');
    await expect(run(...args, '--strict')).rejects.toThrow('with --strict every image must be usable');
  });

  it('tells the same as one object with --json', async () => {
    const data = await writeFiles(join(root, 'json'), {
      'cat/1.png': gray(1),
      'dog/2.png': gray(2),
      'dog/3.png': 'broken',
    });
    const args = ['--data', data, '--size', '16', '--cache-dir', join(root, 'cache'), '--validation-share', '0.5'];
    const { code, stdout, stderr } = await runCli('prepare', ...args, '--json', '--quiet');
    expect([code, stderr, stdout.trim().split('\n').length]).toEqual([0, '', 1]);
    expect(JSON.parse(stdout)).toMatchObject({
      name: 'json',
      cached: false,
      count: 2,
      width: 16,
      height: 16,
      channels: 1,
      train: 1,
      validation: 1,
      classNames: ['cat', 'dog'],
      skipped: [{ file: expect.stringContaining('3.png'), reason: expect.any(String) }],
    });
  });

  it('reads channels, fit and background, and refuses other values', async () => {
    const data = await writeFiles(join(root, 'one'), { '1.png': grayPicture(8, 4, () => 1) });
    const args = ['--data', data, '--cache-dir', join(root, 'cache')];
    expect(await run(...args, '--channels', '3', '--fit', 'pad', '--background', 'white')).toContain('32 x 32, RGB');
    await expect(run(...args, '--channels', '2')).rejects.toThrow(/channels/);
    expect(await run(...args, '--fit', 'stretch')).toContain('32 x 32, gray');
    await expect(run(...args, '--fit', 'tile')).rejects.toThrow(/fit/);
    await expect(run(...args, '--size', 'big')).rejects.toThrow(
      'size must be an integer from 1 to 2048, or width x height such as 96x64, received "big"',
    );
    await expect(run('--size', '8')).rejects.toThrow('Missing required argument: data');
    await expect(run(...args, '--label-column', 'male')).rejects.toThrow(/label-column -> csv/);
    await expect(run(...args, '--sice', '8')).rejects.toThrow(/sice/);
  });
});

describe('toPrepareOptions', () => {
  it('lays what was typed over the defaults of training, and has a size of its own', () => {
    const { data, training } = resolveConfig([]);
    const { source, flip, rotate, translate, scale, contrast, ...images } = data;
    const usual = { ...images, size: 32, seed: training.seed };
    expect(toPrepareOptions({ data: 'photos' })).toEqual({ data: 'photos', ...usual });
    const typed = { data: 'photos', csv: 'a.csv', 'label-column': 'age', size: 8, 'cache-dir': 'x', strict: true };
    const own = { csv: 'a.csv', labelColumn: 'age', size: 8, cacheDir: 'x', strict: true };
    expect(toPrepareOptions(typed)).toEqual({ data: 'photos', ...usual, ...own });
  });
});

describe('describeDataset', () => {
  const skipped = Array.from({ length: 23 }, (_, i) => ({ file: `${i}.png`, reason: 'broken' }));
  const dataset: Dataset = {
    name: 'x',
    hash: '',
    count: 1,
    channels: 3,
    height: 8,
    width: 8,
    train: Uint32Array.of(0),
    validation: new Uint32Array(0),
    skipped,
    notes: ['A note.'],
    cached: false,
    folder: '/cache/x',
    read() {},
    close() {},
  };

  it('names twenty skipped images and counts the rest', () => {
    const lines = describeDataset(dataset);
    expect(lines[0]).toBe('x: 1 image of 8 x 8, RGB');
    expect(lines).toContain('  A note.');
    expect(lines).toContain('  23 skipped:');
    expect(lines).toContain('    19.png: broken');
    expect(lines).not.toContain('    20.png: broken');
    expect(lines.at(-1)).toBe('    and 3 more, listed in index.json there');
  });

  it('names twenty classes, those with commas in quotes', () => {
    const classNames = ['a, b', 'c', ...Array.from({ length: 20 }, (_, i) => `d${i}`)];
    const lines = describeDataset({ ...dataset, classNames, labelSource: 'the column "y" of z.csv' });
    expect(lines[1]).toMatch(/^ {2}22 classes by the column "y" of z\.csv: "a, b", c, d0, .*, d17, \.\.\.$/);
    expect(describeDataset({ ...dataset, classNames: ['only'], labelSource: 'x' })[1]).toBe('  1 class by x: only');
  });
});
