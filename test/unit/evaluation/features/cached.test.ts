/** What is trained for features, masks and numbers is kept in the cache: one contract of the three. */
import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openFeatureNetwork, openMaskReader, openNumberReader } from '#evaluation/features/index.ts';
import { barsDataset } from '#test/bars.ts';
import { maskedDataset, maskedImages } from '#test/evaluate/masked.ts';
import { temporaryFolder } from '#test/models/tiny-onnx.ts';
import { memoryDataset } from '#test/train/memory-dataset.ts';
import type { Dataset } from '#training/data/index.ts';

const bars = barsDataset();
const masked = maskedImages(40, 1);
const aged = memoryDataset({ aged: true });
const older = { names: ['age'], values: aged.conditions!.values.map((value) => 2 * value) };

type Options = Parameters<typeof openMaskReader>[0];

const KINDS: [what: string, dataset: Dataset, other: Dataset, open: (options: Options) => Promise<Opened>][] = [
  [
    'feature network',
    bars,
    barsDataset({}, { train: bars.train.slice(1) }),
    async (options) => {
      const { about, dispose } = await openFeatureNetwork(options);
      return { hash: about.hash, dispose };
    },
  ],
  [
    'segmenter',
    maskedDataset(masked),
    maskedDataset({ ...masked, masks: masked.masks.map((k) => (3 - k) % 3) }),
    openMaskReader,
  ],
  ['regressor', aged, { ...aged, conditions: older }, openNumberReader],
];

interface Opened {
  hash: string;
  dispose(): Promise<void>;
}

describe.each(KINDS)('a %s', (what, dataset, other, open) => {
  /** Its hash, what was said, and how many steps it took. */
  async function opened(cacheDir: string, more: Partial<Options> = {}) {
    const notes: string[] = [];
    let steps = 0;
    const length = { batch: 12, epochs: 1, least: 3, most: 3 };
    const said = { onNote: (note: string) => notes.push(note), onProgress: () => steps++ };
    const { hash, dispose } = await open({ dataset, cacheDir, length, ...said, ...more });
    await dispose();
    return { hash, notes, steps };
  }
  const files = (cacheDir: string) => readdirSync(join(cacheDir, 'features'));

  it('is trained once, also by two at the same time, and found again; others for another seed and other data', async () => {
    const cacheDir = await temporaryFolder();
    const [first, second] = await Promise.all([opened(cacheDir), opened(cacheDir)]);
    expect(second.hash).toBe(first.hash);
    expect(await opened(cacheDir)).toEqual({ hash: first.hash, notes: [], steps: 0 });
    expect(files(cacheDir)).toHaveLength(1);
    const hashes = [
      first.hash,
      (await opened(cacheDir, { dataset: other })).hash,
      (await opened(cacheDir, { seed: 1 })).hash,
    ];
    expect([new Set(hashes).size, files(cacheDir).length]).toEqual([3, 3]);
  });

  it('is trained again, to the same, where its file is damaged, and leaves nothing when it is aborted', async () => {
    const cacheDir = await temporaryFolder();
    const aborted = opened(cacheDir, { signal: AbortSignal.abort(new Error('enough')) });
    await expect(aborted).rejects.toThrow('enough');
    const { hash } = await opened(cacheDir);
    expect(files(cacheDir)).toHaveLength(1);
    const path = join(cacheDir, 'features', files(cacheDir)[0]!);
    const whole = readFileSync(path);
    for (const harm of [
      () => truncateSync(path, 2000),
      () => writeFileSync(path, ''),
      () =>
        writeFileSync(
          path,
          whole.map((byte, i) => (i === 2000 ? byte ^ 1 : byte)),
        ),
    ]) {
      harm();
      const again = await opened(cacheDir);
      expect([again.hash, again.steps]).toEqual([hash, 3]);
      expect(again.notes.join()).toMatch(new RegExp(`^The cached ${what} .* is damaged, and is trained again\\.$`));
      expect(readFileSync(path).equals(whole)).toBe(true);
    }
  });
});
