/** The tables of samplers: compiled by an engine, and kept. */
import { compileSampler, InputError, parseSchedulerConfig, type SamplerOptions } from '@onnoise/scheduler';
import { describe, expect, it, vi } from 'vitest';
import { createTables } from '#server/service/tables.ts';

const config = parseSchedulerConfig({ num_train_timesteps: 1000 });
const signal = new AbortController().signal;
const asked = (steps: number): SamplerOptions => ({ sampler: 'ddim', steps });

function tablesOf(
  table = vi.fn(async ({ options }: { model: string; options: SamplerOptions }) => compileSampler(config, options)),
) {
  return { tables: createTables({ table }), table };
}

describe('createTables', () => {
  it('has an engine compile a table once, and compiles nothing itself', async () => {
    const { tables, table } = tablesOf();
    const make = vi.fn((compile: typeof compileSampler) => [compile(config, asked(20)), compile(config, asked(30))]);
    const [twenty, thirty] = await tables.with('tiny', make, signal);
    expect([twenty!.rows.length, thirty!.rows.length]).toEqual([20, 30]);
    expect(table.mock.calls.map(([{ model, options }]) => [model, options.steps])).toEqual([
      ['tiny', 20],
      ['tiny', 30],
    ]);
    expect(make).toHaveBeenCalledTimes(3);
    expect((await tables.with('tiny', make, signal))[0]).toBe(twenty);
    expect(table).toHaveBeenCalledTimes(2);
    expect(twenty).toEqual(compileSampler(config, asked(20)));
  });

  it('keeps tables of another schedule apart, and the newest of each', async () => {
    const { tables, table } = tablesOf();
    const other = { ...config };
    await tables.with('tiny', (compile) => compile(config, asked(20)), signal);
    await tables.with('tiny', (compile) => compile(other, asked(20)), signal);
    expect(table).toHaveBeenCalledTimes(2);
    for (let steps = 1; steps <= 40; steps++)
      await tables.with('tiny', (compile) => compile(config, asked(steps)), signal);
    const before = table.mock.calls.length;
    await tables.with('tiny', (compile) => compile(config, asked(40)), signal);
    await tables.with('tiny', (compile) => compile(config, asked(1)), signal);
    expect(table.mock.calls.length).toBe(before + 1);
  });

  it('refuses what does not fit with the name of the option, and passes on what else fails', async () => {
    const wrong = tablesOf(
      vi.fn(async () => {
        throw new InputError('a sentence without a name');
      }),
    );
    const refused = await wrong.tables
      .with('tiny', (compile) => compile(config, asked(1001)), signal)
      .catch((error) => error);
    expect([refused.name, refused.subject]).toEqual(['InputError', 'steps']);
    const gone = tablesOf(vi.fn(() => Promise.reject(new Error('gone'))));
    await expect(gone.tables.with('tiny', (compile) => compile(config, asked(5)), signal)).rejects.toThrow('gone');
  });
});
