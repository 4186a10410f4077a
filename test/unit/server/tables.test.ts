/** The tables of samplers: compiled by an engine, and kept. */
import { compileSampler, InputError, parseSchedulerConfig, type SamplerOptions } from '@onnoise/scheduler';
import { describe, expect, it, vi } from 'vitest';
import { createTables } from '#server/service/tables.ts';

const config = parseSchedulerConfig({ num_train_timesteps: 1000 });
const { signal } = new AbortController();
const asked = (steps: number): SamplerOptions => ({ sampler: 'ddim', steps });

describe('createTables', () => {
  /** Tables whose engine answers so, and a request for those of so many steps each. */
  function start(answer = async ({ options }: { options: SamplerOptions }) => compileSampler(config, options)) {
    const table = vi.fn(answer);
    const tables = createTables({ table });
    const want = (steps: number[], of = config) =>
      tables.with('tiny', (compile) => steps.map((one) => compile(of, asked(one))), signal);
    return { table, want };
  }

  it('has an engine compile a table once, and compiles nothing itself', async () => {
    const { want, table } = start();
    const [twenty, thirty] = await want([20, 30]);
    expect([twenty!.rows.length, thirty!.rows.length]).toEqual([20, 30]);
    expect(table.mock.calls.map(([{ options }]) => options.steps)).toEqual([20, 30]);
    expect((await want([20, 30]))[0]).toBe(twenty);
    expect(table).toHaveBeenCalledTimes(2);
    expect(twenty).toEqual(compileSampler(config, asked(20)));
  });

  it('keeps tables of another schedule apart, and the newest of each', async () => {
    const { want, table } = start();
    await want([20]);
    await want([20], { ...config });
    expect(table).toHaveBeenCalledTimes(2);
    for (let steps = 1; steps <= 40; steps++) await want([steps]);
    const before = table.mock.calls.length;
    await want([40]);
    await want([1]);
    expect(table).toHaveBeenCalledTimes(before + 1);
  });

  it('refuses what does not fit with the name of the option, and passes on what else fails', async () => {
    const wrong = start(() => Promise.reject(new InputError('a sentence without a name')));
    await expect(wrong.want([1001])).rejects.toMatchObject({ name: 'InputError', subject: 'steps' });
    const gone = start(() => Promise.reject(new Error('gone')));
    await expect(gone.want([5])).rejects.toThrow('gone');
  });
});
