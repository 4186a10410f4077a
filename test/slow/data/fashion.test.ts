import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { prepare, temporaryFolder } from '#test/pictures/images.ts';
import { spawnCli } from '#test/run-cli.ts';
import { skipBecause } from '#test/skip.ts';

/** Where Debian's package puts Fashion-MNIST, as the gzipped IDX files of its authors. */
const DATA = '/usr/share/datasets/fashion-mnist';
const root = temporaryFolder();
const cacheDir = join(root, 'cache');

describe(
  'Fashion-MNIST',
  skipBecause(existsSync(DATA) ? undefined : `${DATA} is not there: apt-get install dataset-fashion-mnist`),
  () => {
    it('is read as it lies there: 60,000 images, 6,000 of each class', async () => {
      const dataset = await prepare({ data: DATA, cacheDir, size: 28 });
      expect(dataset).toMatchObject({
        name: 'fashion-mnist',
        count: 60_000,
        channels: 1,
        width: 28,
        height: 28,
        skipped: [],
      });
      expect(dataset.classNames).toEqual([...'0123456789']);
      const counts = new Array(10).fill(0);
      for (const label of dataset.labels!) counts[label]++;
      expect(counts).toEqual(new Array(10).fill(6000));
      expect([...dataset.labels!.slice(0, 5)]).toEqual([9, 0, 0, 3, 0]);
      // The mean that everybody normalises it by is 0.2860 of 255.
      const pixels = new Uint8Array(1000 * 784);
      let sum = 0;
      for (let first = 0; first < dataset.count; first += 1000) {
        await dataset.read(
          Uint32Array.from({ length: 1000 }, (_, i) => first + i),
          pixels,
        );
        sum += pixels.reduce((total, value) => total + value, 0);
      }
      dataset.close();
      expect(sum / (60_000 * 784 * 255)).toBeCloseTo(0.286, 4);
    });

    it('trains a model of ten classes from one command', async () => {
      const out = join(root, 'run');
      const options = `--preset digits --steps 3 --sample-count 2 --sample-steps 2 --cache-dir ${cacheDir} --out ${out}`;
      const { code, stderr } = await spawnCli(['train', '--data', DATA, ...options.split(' ')]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: expect.any(String) });
      expect(readFileSync(join(out, 'metrics.jsonl'), 'utf8').trim().split('\n').length).toBe(3);
      expect(JSON.parse(readFileSync(join(out, 'data.json'), 'utf8')).classNames).toEqual([...'0123456789']);
    });
  },
);
