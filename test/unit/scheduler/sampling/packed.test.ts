import { compileSampler, PACKED_COLUMNS, packTable, parseSchedulerConfig, SAMPLER_NAMES } from '@onnoise/scheduler';
import { describe, expect, it } from 'vitest';

const WIDTH = PACKED_COLUMNS.length;
const column = (packed: Float64Array, name: (typeof PACKED_COLUMNS)[number]) =>
  [...packed].filter((_, i) => i % WIDTH === PACKED_COLUMNS.indexOf(name));

describe('packTable', () => {
  it.each(SAMPLER_NAMES)('writes the numbers of %s under their columns', (sampler) => {
    const table = compileSampler(parseSchedulerConfig({}), { sampler, steps: 5 });
    const packed = packTable(table);
    expect(packed.length).toBe(table.rows.length * WIDTH);
    for (const name of ['timestep', 'p', 'q', 'A', 'E', 'B', 'C', 'F', 'D'] as const) {
      expect(column(packed, name)).toEqual(table.rows.map((row) => row[name]));
    }
    expect(column(packed, 'start')).toEqual(table.rows.map(() => table.start));
    for (const name of ['a', 'e', 'b', 'c', 'f'] as const) {
      expect(column(packed, name)).toEqual(table.rows.map(({ y }) => (y ? y[name] : Number(name === 'f'))));
    }
  });

  it('has draws where rows need noise, and none at the end of an ancestral sampler', () => {
    const table = compileSampler(parseSchedulerConfig({}), { sampler: 'euler_ancestral', steps: 3 });
    expect(column(packTable(table), 'draw')).toEqual([1, 2, 0]);
  });

  it('says which timesteps are guided, and bounds x0 by the largest number where it is not clipped', () => {
    const config = parseSchedulerConfig({ clip_sample: false });
    const table = compileSampler(config, { sampler: 'ddim', steps: 4 });
    const packed = packTable(table, { scale: 2, interval: [200, 600] });
    expect(column(packed, 'guided')).toEqual(table.rows.map(({ timestep: t }) => Number(t >= 200 && t <= 600)));
    expect(column(packed, 'clip')).toEqual(table.rows.map(() => Number.MAX_VALUE));
    expect(column(packTable(table), 'guided')).toEqual([0, 0, 0, 0]);
  });
});
