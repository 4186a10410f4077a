import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { addRun, beginRuns, readRuns } from '#evaluation/utility/kept-runs.ts';
import type { Run, RunSettings } from '#evaluation/utility/types.ts';
import { temporaryFolder } from '#test/models/tiny-onnx.ts';

const SETTINGS: RunSettings = {
  task: 'classify',
  steps: 9,
  share: 0.5,
  data: 'a',
  test: 'b',
  synthetic: 'c',
  recipe: 1,
};
const RUNS: Run[] = [
  { arm: 'synthetic', count: null, seed: 0, score: 0.25, values: [0.5, 0] },
  { arm: 'both', count: 50, seed: 0, score: 0.75, values: [1, 0.5] },
];

describe('runs on disk', () => {
  let path: string;
  beforeEach(async () => {
    path = join(await temporaryFolder(), 'out', 'runs.jsonl');
  });
  const write = async () => {
    await beginRuns(path, SETTINGS);
    for (const run of RUNS) await addRun(path, run);
  };

  it('are none before the first, and read back as they were', async () => {
    expect(await readRuns(path, SETTINGS, 2)).toEqual([]);
    await write();
    expect(await readRuns(path, SETTINGS, 2)).toEqual(RUNS);
    await beginRuns(path, SETTINGS);
    expect(await readRuns(path, SETTINGS, 2)).toEqual(RUNS);
  });

  it('lose the line that was cut when the process was killed, and nothing else', async () => {
    await write();
    const whole = await readFile(path, 'utf8');
    await appendFile(path, '{"arm":"real","count":50,"se');
    expect(await readRuns(path, SETTINGS, 2)).toEqual(RUNS);
    await beginRuns(path, SETTINGS);
    expect(await readFile(path, 'utf8')).toBe(whole);
    // Killed in the first line.
    await writeFile(path, whole.slice(0, 20));
    expect(await readRuns(path, SETTINGS, 2)).toEqual([]);
    await write();
    expect(await readFile(path, 'utf8')).toBe(whole);
  });

  it.each([
    ['steps', { steps: 10 }, 'steps'],
    ['task', { task: 'regress' as 'classify' }, 'task'],
    ['share', { share: 0.3 }, '--synthetic-share'],
    ['synthetic', { synthetic: 'x' }, 'synthetic images'],
    ['test', { test: 'x' }, 'test images'],
    ['data', { data: 'x' }, 'real images'],
  ])('are refused where %s differ', async (_, other, words) => {
    await write();
    await expect(readRuns(path, { ...SETTINGS, ...other }, 2)).rejects.toThrow(
      `--out must be a folder with runs of the same ${words}, or a new one, received one of other ${words}.`,
    );
  });

  it.each([
    ['no settings', (text: string) => text.replace('"format":1', '"format":2'), 'its first line has no settings'],
    ['a line that is no JSON', (text: string) => text.replace('{"arm":"both"', 'arm'), 'line 3 is no run'],
    [
      'a run without its number of images',
      (text: string) => text.replace('"count":50', '"count":null'),
      'line 3 is no run',
    ],
    ['a value that is no number', (text: string) => text.replace('[1,0.5]', '[1,"0.5"]'), 'line 3 is no run'],
    ['values of other test images', (text: string) => text.replace('[1,0.5]', '[1]'), 'line 3 is no run'],
  ])('are refused with %s', async (_, change, message) => {
    await write();
    await writeFile(path, change(await readFile(path, 'utf8')));
    await expect(readRuns(path, SETTINGS, 2)).rejects.toThrow(`it must be a file of pipeline utility, but ${message}.`);
  });
});
