import { describe, expect, it } from 'vitest';
import { createMeter } from '../../../../scripts/bench/processor.ts';
import { quantile, rowsOf, spread } from '../../../../scripts/bench/result.ts';
import type { Side } from '../../../../scripts/bench/side.ts';
import { tasks } from '../../../../scripts/bench/tasks.ts';
import { takeTurns } from '../../../../scripts/bench/turns.ts';

const NO_PAUSE = { settle: 0, watch: 0 };

/** A side whose piece of work takes `ms` on a clock of its own. */
function fakeSide(name: string, ms: number, log: string[] = []): Side {
  return {
    name,
    ours: true,
    round: async (times) => {
      log.push(`${name} x${times}`);
      return ms * times;
    },
    dispose: async () => {},
  };
}

describe('takeTurns', () => {
  it('lets every side do each round as often, after two to warm up', async () => {
    const log: string[] = [];
    const turns: string[] = [];
    const sides = [fakeSide('a', 50, log), fakeSide('b', 100, log)];
    const { times } = await takeTurns(sides, 2, (done, total) => void turns.push(`${done}/${total}`), NO_PAUSE);
    expect(times).toEqual([
      [50, 50],
      [100, 100],
    ]);
    expect(log).toEqual(['a x1', 'b x1', 'a x4', 'b x4', 'a x4', 'b x4', 'a x4', 'b x4']);
    expect(turns).toHaveLength(8);
    expect(turns.at(-1)).toBe('8/8');
  });

  it('does long work once a round', async () => {
    const log: string[] = [];
    await takeTurns([fakeSide('a', 3000, log)], 1, undefined, NO_PAUSE);
    expect(log).toEqual(['a x1', 'a x1', 'a x1']);
  });

  it('does not begin a round while the one before it lasts', async () => {
    let running = 0;
    const slow = (name: string): Side => ({
      ...fakeSide(name, 1000),
      async round() {
        expect(++running).toBe(1);
        await new Promise((resolve) => setTimeout(resolve, 3));
        running--;
        return 1000;
      },
    });
    await takeTurns([slow('a'), slow('b')], 3, undefined, NO_PAUSE);
    expect(running).toBe(0);
  });
});

describe('the meter of the processor', () => {
  it('gives the busy share of what it counted', async () => {
    const readings = [
      { used: 100, all: 1000 },
      { used: 130, all: 1100 },
      { used: 400, all: 5000 },
      { used: 410, all: 5100 },
    ];
    const meter = createMeter(() => readings.shift()!);
    await meter.during(async () => {});
    await meter.during(async () => {});
    expect(meter.busy()).toBeCloseTo(40 / 200, 12);
  });
});

describe('the table', () => {
  it('has quartiles as numpy gives them', () => {
    // numpy.quantile([1, 2, 4, 8], [0.25, 0.5, 0.75]) = 1.75, 3, 5
    expect([0.25, 0.5, 0.75].map((share) => quantile([8, 1, 4, 2], share))).toEqual([1.75, 3, 5]);
    expect(spread([5], 1)).toBe('5.0 (5.0-5.0)');
  });

  it('compares rounds that stood side by side with those of the first side', () => {
    const task = { ...tasks[0]!, title: 'a task', images: 10 };
    const rows = rowsOf(
      task,
      [fakeSide('ours', 0), fakeSide('theirs', 0)],
      [
        [10, 20, 40],
        [20, 10, 80],
      ],
    );
    expect(rows).toEqual([
      '| a task | ours | 2.00 (1.50-3.00) |  |',
      '| a task | theirs | 2.00 (1.50-5.00) | 2.00 (1.25-2.00) |',
    ]);
  });
});
