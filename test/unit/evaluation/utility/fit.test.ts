import { expect, it } from 'vitest';
import type { PicturePlace } from '#evaluation/pictures/open.ts';
import { optionsBeside, syntheticOptions } from '#evaluation/utility/fit.ts';
import type { PrepareOptions } from '#training/data/index.ts';

const BASE: PrepareOptions = {
  data: 'real',
  csv: 'real.csv',
  labelColumn: 'male',
  groupColumn: 'patient',
  labelNames: { False: 'female' },
  size: 8,
  channels: 1,
  fit: 'pad',
  validationShare: 0.25,
  seed: 3,
  strict: false,
  cacheDir: 'cache',
};
const COMMON = { size: 8, channels: 1, fit: 'pad', validationShare: 0, seed: 3, strict: false };
const shards: PicturePlace = {
  data: 'unpacked/pictures',
  cacheDir: 'unpacked/cache',
  table: { csv: 'unpacked/pictures/pictures.csv', labelColumn: 'class_number', conditions: ['weight', 'age'] },
  close: async () => {},
};

it('optionsBeside fits other images as the real ones, and takes their columns from a table of their own alone', () => {
  const others = { ...COMMON, data: 'others', cacheDir: 'cache' };
  expect(optionsBeside({ data: 'others' }, BASE)).toEqual(others);
  const named = { csv: 'o.csv', labelColumn: 'male', groupColumn: 'patient' };
  expect(optionsBeside({ data: 'others', csv: 'o.csv' }, BASE)).toEqual({ ...others, ...named });
});

it('syntheticOptions takes classes from the table of shards, or from one that is named, and never patients', () => {
  const unpacked = { ...COMMON, data: 'unpacked/pictures', cacheDir: 'unpacked/cache' };
  const table = { csv: 'unpacked/pictures/pictures.csv', labelColumn: 'class_number' };
  expect(syntheticOptions(shards, { data: 'bulk' }, BASE)).toEqual({ ...unpacked, ...table });
  const own = { csv: 'own.csv', labelColumn: 'male' };
  expect(syntheticOptions(shards, { data: 'bulk', csv: 'own.csv' }, BASE)).toEqual({ ...unpacked, ...own });
});
