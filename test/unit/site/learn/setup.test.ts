import { describe, expect, test } from 'vitest';
import { chainOf, leftAtTheEnd, SCHEDULES, toldOf } from '#site/views/learn/learning/chain.ts';
import { drawBatch, learn, newCloud, sample } from '#site/views/learn/learning/cloud.ts';
import { T, weightsOf } from '#site/views/learn/learning/cloud-network.ts';
import { faultsOf, hasRunAway, whyRunAway } from '#site/views/learn/learning/faults.ts';
import { formatSetup, RATES, readSetup, STANDARD, TIMESTEPS, WIDTHS } from '#site/views/learn/learning/setup.ts';
import { pointsOf } from '#site/views/learn/learning/shapes.ts';
import { runInNode as run } from './cloud-graphs.ts';

const POINTS = pointsOf('moons', 400, 7);

describe('the address of the live run', () => {
  test('carries every setting there and back, and says nothing of the usual ones', () => {
    expect(formatSetup(STANDARD)).toEqual({});
    for (const rate of RATES) {
      for (const width of WIDTHS) {
        for (const timesteps of TIMESTEPS) {
          const setup = { ...STANDARD, data: 'ring', rate, width, timesteps, schedule: 'linear' } as const;
          const query = new URLSearchParams(Object.entries(formatSetup(setup)).map(([k, v]) => [k, String(v)]));
          expect(readSetup(query)).toEqual({ settings: setup, aside: [] });
        }
      }
    }
  });

  test('leaves aside what is not possible, by name', () => {
    const { settings, aside } = readSetup(new URLSearchParams('rate=0.5&width=&T=abc&schedule=ring&data=linear'));
    expect(settings).toEqual(STANDARD);
    expect(aside.sort()).toEqual(['T=abc', 'data=linear', 'rate=0.5', 'schedule=ring', 'width=']);
  });
});

describe('a narrower network', () => {
  test.each([1, 2, 8])('of width %i keeps exactly its own weights while it learns', async (width) => {
    let cloud = newCloud(1, width);
    for (let step = 0; step < 3; step++)
      cloud = (await learn(run, cloud, drawBatch(POINTS, 1, step), { rate: 0.1 })).cloud;
    expect(cloud.weights.filter((weight) => weight !== 0)).toHaveLength(weightsOf(width));
  });

  test('of the whole width is the network that it always was', () => {
    expect(newCloud(3, 64)).toEqual(newCloud(3));
    expect(newCloud(3).weights.length).toBe(weightsOf(64));
  });
});

describe('a chain', () => {
  test.each(SCHEDULES)('%s tells the network the last time alike, however many there are', (name) => {
    for (const timesteps of TIMESTEPS) {
      const chain = chainOf(name, timesteps);
      expect(toldOf(chain, timesteps - 1)).toBe(T - 1);
      expect(drawBatch(POINTS, 1, 0, chain).times.every((t) => t >= 0 && t < timesteps)).toBe(true);
    }
  });

  test('takes as many steps of sampling as it has timesteps', async () => {
    const times: number[] = [];
    const onStep = async (_: Float32Array, t: number) => times.push(t) > 0;
    await sample(run, newCloud(1), 5, onStep, chainOf('cosine', 5));
    expect(times).toEqual([4, 4, 3, 2, 1, 0]);
  });

  test('leaves much of the picture where the linear betas are few', () => {
    const product = Array.from({ length: 20 }, (_, i) => 1 - (0.0001 + ((0.02 - 0.0001) * i) / 19)).reduce(
      (a, b) => a * b,
    );
    expect(leftAtTheEnd(chainOf('linear', 20))).toBeCloseTo(Math.sqrt(product), 6);
    expect(leftAtTheEnd(chainOf('linear', 1000))).toBeLessThan(0.01);
  });
});

describe('what breaks', () => {
  test('nothing as it is at first', () => expect(faultsOf(STANDARD)).toEqual([]));

  test.each([
    [{ rate: 1 }, /so large/],
    [{ rate: 1e-5 }, /so small/],
    [{ width: 1 }, /^1 neuron in a layer/],
    [{ timesteps: 2 }, /in 2 leaps/],
    [{ schedule: 'linear', timesteps: 20 }, /still holds 90\s?% of the picture/],
  ] as const)('%o is told in a sentence', (to, words) => {
    expect(faultsOf({ ...STANDARD, ...to })).toEqual([expect.stringMatching(words)]);
  });

  test('a rate of 1 makes the loss run away within a few rounds; the usual one does not', async () => {
    for (const [rate, away] of [
      [1, true],
      [STANDARD.rate, false],
    ] as const) {
      let cloud = newCloud(1);
      const losses: number[] = [];
      for (let step = 0; step < 12; step++) {
        const learnt = await learn(run, cloud, drawBatch(POINTS, 1, step), { rate });
        cloud = learnt.cloud;
        losses.push(learnt.loss);
      }
      expect(losses.some(hasRunAway), String(rate)).toBe(away);
    }
  });

  test('a loss that is no number has run away, and is told so', () => {
    expect([Number.NaN, Number.POSITIVE_INFINITY, 101].map(hasRunAway)).toEqual([true, true, true]);
    expect(hasRunAway(1)).toBe(false);
    expect(whyRunAway(Number.NaN, 10)).toContain('too large for a number');
    expect(whyRunAway(2551.2, 1)).toMatch(/^The loss is 2,551, .* rate of 1 /);
  });
});
