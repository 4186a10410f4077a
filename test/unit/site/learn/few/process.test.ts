/** Walks of networks whose answer is known: the exact one of a normal distribution, and of a mixture of some. */
import { applyRow, levelOf, predictionAt } from '@onnoise/scheduler';
import { describe, expect, test } from 'vitest';
import { noiseOf } from '#site/views/learn/improve/few/lessons.ts';
import { bend, distance } from '#site/views/learn/improve/few/measures.ts';
import {
  diffusion,
  exampleOf,
  flow,
  mixing,
  type Process,
  type Say,
  tableOf,
  walk,
} from '#site/views/learn/improve/few/process.ts';
import { STEPS } from '#site/views/learn/improve/few/settings.ts';
import { expectClose } from '#test/compare.ts';

const PROCESSES = [
  ['diffusion', diffusion],
  ['flow matching', flow],
] as const;

/** Normal distributions in the plane, equally often: their means, and one deviation. */
interface Mixture {
  means: readonly (readonly [number, number])[];
  deviation: number;
}
const ONE: Mixture = { means: [[0.6, -0.3]], deviation: 0.5 };
const FIVE: Mixture = {
  means: Array.from({ length: 5 }, (_, k) => [Math.cos(1.2 * k) + 0.1, Math.sin(1.2 * k)]),
  deviation: 0.1,
};
const NOISE = noiseOf(8, 0);

/** What a perfect network says: from the mean of all points that the noisy one may have been. */
function exact({ config, schedule }: Process, { means, deviation }: Mixture): Say {
  return async (points, told) => {
    const t = schedule.times.findIndex((time) => Math.abs(time - told) < 0.5);
    const signal = config.prediction_type === 'flow_prediction' ? 1 - told / schedule.T : levelOf(schedule, t).signal;
    const noise = config.prediction_type === 'flow_prediction' ? told / schedule.T : levelOf(schedule, t).noise;
    const variance = (signal * deviation) ** 2 + noise ** 2;
    const gain = (signal * deviation ** 2) / variance;
    const { p, q } = predictionAt(config.prediction_type, { signal, noise });
    const out = new Float32Array(points.length);
    for (let i = 0; i < points.length; i += 2) {
      const x = [points[i]!, points[i + 1]!] as const;
      const far = means.map(([a, b]) => (x[0] - signal * a) ** 2 + (x[1] - signal * b) ** 2);
      const least = Math.min(...far);
      const weights = far.map((square) => Math.exp((least - square) / (2 * variance)));
      const sum = weights.reduce((a, b) => a + b, 0);
      for (const axis of [0, 1] as const) {
        const x0 = means.reduce(
          (all, mean, k) => all + (weights[k]! / sum) * (mean[axis] + gain * (x[axis] - signal * mean[axis])),
          0,
        );
        out[i + axis] = (x0 - p * x[axis]) / q;
      }
    }
    return out;
  };
}

describe.each(PROCESSES)('%s', (_, process) => {
  test('begins with pure noise, and ends with the points', () => {
    const x0 = noiseOf(9, 0).map((value) => 0.3 * value + 1);
    const places = mixing(process, x0, NOISE);
    expectClose(places[0]!, NOISE, { absolute: 1e-6 });
    expectClose(places.at(-1)!, x0, { absolute: 0 });
    expectClose(places.at(-2)!, x0, { absolute: 0.1 });
  });

  test('teaches what leads from the noisy point to the point itself', () => {
    const x0 = noiseOf(9, 1);
    const timesteps = Int32Array.from({ length: x0.length / 2 }, (_, i) => (i * 37) % 1000);
    const { noisy, target } = exampleOf(process, x0, NOISE, timesteps);
    const back = noisy.map((value, i) => {
      const { p, q } = predictionAt(process.config.prediction_type, levelOf(process.schedule, timesteps[i >> 1]!));
      return p * value + q * target[i]!;
    });
    expectClose(back, x0, { absolute: 1e-5 });
  });

  test('goes as the rows of the scheduler’s table say', async () => {
    const say = exact(process, FIVE);
    const places = await walk(say, process, NOISE, 4);
    const { rows, clip, start } = tableOf(process, 4);
    expect([places.length, start, clip]).toEqual([5, 1, null]);
    const x = NOISE.slice();
    const [x0, z] = [new Float32Array(x.length), new Float32Array(x.length)];
    for (const [i, row] of rows.entries()) {
      applyRow(row, clip, x, await say(x.slice(), row.timestep), x0, z);
      expectClose(places[i + 1]!, x, { absolute: 0 });
    }
  });

  test('takes a normal distribution’s noise to the point that is known', async () => {
    const { means, deviation } = ONE;
    const goal = NOISE.map((value, i) => means[0]![i & 1]! + deviation * value);
    const end = async (steps: number) => (await walk(exact(process, ONE), process, NOISE, steps)).at(-1)!;
    const errors = await Promise.all([4, 20, 100].map(async (steps) => distance(await end(steps), goal)));
    expect(errors[2]).toBeLessThan(0.02);
    expect(errors[1]).toBeLessThan(errors[0]! / 3);
    expect(errors[2]).toBeLessThan(errors[1]! / 3);
  });

  test('goes in one step to the mean of all data', async () => {
    const end = (await walk(exact(process, FIVE), process, NOISE, 1)).at(-1)!;
    const mean = [0, 1].map((axis) => FIVE.means.reduce((sum, one) => sum + one[axis]!, 0) / FIVE.means.length);
    expectClose(
      end,
      end.map((_, i) => mean[i & 1]!),
      { absolute: 1e-4 },
    );
  });

  test('misses less with every step more', async () => {
    const say = exact(process, FIVE);
    const fine = (await walk(say, process, NOISE, 100)).at(-1)!;
    const missed = await Promise.all(
      STEPS.map(async (steps) => distance((await walk(say, process, NOISE, steps)).at(-1)!, fine)),
    );
    expect(missed).toEqual(missed.toSorted((a, b) => b - a));
    expect(missed.at(-1)).toBeLessThan(missed[0]! / 20);
  });
});

describe('steps of flow matching', () => {
  test.each(STEPS)('are of one length: %i', (steps) => {
    const { rows } = tableOf(flow, steps);
    const even = Array.from({ length: steps }, (_, i) => 1 - i / steps);
    expectClose(
      rows.map(({ noise }) => noise),
      even,
      { absolute: 1e-6 },
    );
  });

  test('are Euler’s: the direction of the network, as long as the step', async () => {
    const [first, second] = await walk(exact(flow, FIVE), flow, NOISE, 4);
    const says = await exact(flow, FIVE)(first!, 1000);
    expectClose(
      second!,
      first!.map((value, i) => value - 0.25 * says[i]!),
      { absolute: 1e-6 },
    );
  });
});

describe('perfect networks of both', () => {
  test('take the same noise to the same point, and miss it about as far with few steps', async () => {
    const ends = async (steps: number) =>
      Promise.all(
        PROCESSES.map(async ([, process]) => (await walk(exact(process, FIVE), process, NOISE, steps)).at(-1)!),
      );
    const fine = await ends(200);
    expect(distance(fine[0]!, fine[1]!)).toBeLessThan(0.03);
    const few = await ends(4);
    const [one, other] = few.map((end, i) => distance(end, fine[i]!));
    expect(other! / one!).toBeGreaterThan(0.5);
    expect(other! / one!).toBeLessThan(2);
  });

  test('have bent paths: flow matching is not straight by itself', async () => {
    const bends = await Promise.all(
      PROCESSES.map(async ([, process]) => bend(await walk(exact(process, FIVE), process, NOISE, 100))),
    );
    expect(Math.min(...bends)).toBeGreaterThan(1.05);
    expect(bends[1]).toBeGreaterThan(bends[0]!);
  });
});

describe('a perfect student of flow matching', () => {
  /** It knows which noise leads here, as lines of its pairs do not cross: x = (1 - sigma) end + sigma noise. */
  const student: Say = async (points, told) => {
    const { means, deviation } = ONE;
    const sigma = told / flow.schedule.T;
    return points.map((value, i) => {
      const mean = means[0]![i & 1]!;
      const noise = (value - (1 - sigma) * mean) / ((1 - sigma) * deviation + sigma);
      return noise - (mean + deviation * noise);
    });
  };

  test('has straight paths, and one step arrives', async () => {
    const goal = NOISE.map((value, i) => ONE.means[0]![i & 1]! + ONE.deviation * value);
    expect(bend(await walk(student, flow, NOISE, 100))).toBeCloseTo(1, 5);
    for (const steps of STEPS) {
      expectClose((await walk(student, flow, NOISE, steps)).at(-1)!, goal, { absolute: 1e-5 });
    }
    expect(bend(await walk(exact(flow, ONE), flow, NOISE, 100))).toBeGreaterThan(1.05);
  });
});

describe('bend', () => {
  test('is the length of a path over that of its chord', () => {
    const [a, b, c] = [Float32Array.of(0, 0), Float32Array.of(3, 0), Float32Array.of(3, 4)];
    expect(bend([a, b, c])).toBeCloseTo(7 / 5, 6);
    expect(bend([a, Float32Array.of(1.5, 2), c])).toBeCloseTo(1, 6);
  });
});
