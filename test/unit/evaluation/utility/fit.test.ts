import { describe, expect, it } from 'vitest';
import type { PicturePlace } from '#evaluation/pictures/open.ts';
import { optionsBeside, syntheticOptions } from '#evaluation/utility/fit.ts';
import { barsDataset } from '#test/bars.ts';
import type { PrepareOptions } from '#training/data/index.ts';

const BASE: PrepareOptions = {
  data: 'real',
  csv: 'real.csv',
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
const close = async () => {};
const shards: PicturePlace = {
  data: 'unpacked/pictures',
  cacheDir: 'unpacked/cache',
  table: { csv: 'unpacked/pictures/pictures.csv', labelColumn: 'class_number', conditions: ['weight', 'age'] },
  close,
};
const aged = barsDataset({}, { conditions: { names: ['age'], values: new Float64Array(60) } });

describe('optionsBeside', () => {
  it('fits other images as the real ones, and takes their columns from a table of their own alone', () => {
    const named = { ...BASE, labelColumn: 'male' };
    expect(optionsBeside({ data: 'others' }, named)).toEqual({ ...COMMON, data: 'others', cacheDir: 'cache' });
    expect(optionsBeside({ data: 'others', csv: 'o.csv' }, named)).toEqual({
      ...COMMON,
      data: 'others',
      cacheDir: 'cache',
      csv: 'o.csv',
      labelColumn: 'male',
      groupColumn: 'patient',
    });
  });

  it('names their masks', () => {
    const named = { ...BASE, masks: 'real-masks', maskClasses: 'air,bone' };
    expect(optionsBeside({ data: 'others', masks: 'm' }, named)).toMatchObject({ masks: 'm', maskClasses: 'air,bone' });
    expect(optionsBeside({ data: 'others' }, named)).not.toHaveProperty('maskClasses');
  });
});

describe('syntheticOptions', () => {
  it('takes classes and the one number that is learnt from the table of shards', () => {
    const synthetic = { data: 'bulk' };
    expect(syntheticOptions(shards, synthetic, { ...BASE, labelColumn: 'male' }, barsDataset())).toEqual({
      ...COMMON,
      data: 'unpacked/pictures',
      cacheDir: 'unpacked/cache',
      csv: 'unpacked/pictures/pictures.csv',
      labelColumn: 'class_number',
    });
    expect(syntheticOptions(shards, synthetic, { ...BASE, conditionColumns: 'age:0..240' }, aged)).toMatchObject({
      csv: 'unpacked/pictures/pictures.csv',
      conditionColumns: 'age',
    });
    const other = barsDataset({}, { conditions: { names: ['height'], values: new Float64Array(60) } });
    const lacking = syntheticOptions(shards, synthetic, { ...BASE, conditionColumns: 'height' }, other);
    expect(lacking).not.toHaveProperty('conditionColumns');
  });

  it('takes a table that is named instead, without the patients of the real images', () => {
    const named = { ...BASE, conditionColumns: 'age' };
    const found = syntheticOptions(shards, { data: 'bulk', csv: 'own.csv' }, named, aged);
    expect(found).toMatchObject({ csv: 'own.csv', conditionColumns: 'age', cacheDir: 'unpacked/cache' });
    expect(found).not.toHaveProperty('groupColumn');
  });
});
