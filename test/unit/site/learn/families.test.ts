/** The toys of the four families, against integrals, differences and counts. */
import { describe, expect, test } from 'vitest';
import { bent, FLOW, type Flow, LAYERS, logDensity } from '#site/views/learn/why/families/bend.ts';
import { blurred, codeOf, decoded } from '#site/views/learn/why/families/blur.ts';
import { pathOf } from '#site/views/learn/why/families/calls.ts';
import { believed, made, newChase, playRound } from '#site/views/learn/why/families/chase.ts';
import { CENTRES, dataOf, judge, KINDS, meanBehind, normals, WIDTH } from '#site/views/learn/why/families/eight.ts';
import { backward, createNet, descend, forward } from '#site/views/learn/why/families/small-net.ts';

const mapped = (points: Float64Array, to: (x: number, y: number) => readonly [number, number]) => {
  const out = new Float64Array(points.length);
  for (let i = 0; i < points.length; i += 2) out.set(to(points[i]!, points[i + 1]!), i);
  return out;
};

/** Sum over a fine grid of the plane, times the area of a cell. */
function integral(reach: number, cells: number, of: (x: number, y: number) => number): number {
  const width = (2 * reach) / cells;
  const middle = (i: number) => (i + 0.5) * width - reach;
  let sum = 0;
  for (let i = 0; i < cells ** 2; i++) sum += of(middle(i % cells), middle(Math.floor(i / cells)));
  return sum * width ** 2;
}

/** Of the data. */
const density = (x: number, y: number) => {
  let sum = 0;
  for (let k = 0; k < KINDS; k++) {
    const away = (x - CENTRES[2 * k]!) ** 2 + (y - CENTRES[2 * k + 1]!) ** 2;
    sum += Math.exp(-away / (2 * WIDTH ** 2)) / (2 * Math.PI * WIDTH ** 2) / KINDS;
  }
  return sum;
};

describe('the data', () => {
  test('is good, and has all kinds; a cluster alone has one', () => {
    const { good, reached } = judge(dataOf(5, 1600));
    expect(good).toBeCloseTo(1 - Math.exp(-4.5), 2);
    expect(reached).toBe(KINDS);
    expect(judge(Float64Array.of(1, 0, 1.05, 0, 1, -0.1, 0, 0))).toEqual({ good: 0.75, reached: 1 });
  });

  test('has behind a blurred point the mean of an integral', () => {
    for (const [x, y, signal, noise] of [
      [0.4, 0.3, 0.9, 0.4],
      [-1.1, 0.2, 0.6, 0.8],
      [0.05, -0.9, 0.99, 0.15],
    ] as const) {
      const share = (a: number, b: number) =>
        density(a, b) * Math.exp(-((x - signal * a) ** 2 + (y - signal * b) ** 2) / (2 * noise ** 2));
      const all = integral(1.6, 160, share);
      const [mx, my] = meanBehind(x, y, signal, noise);
      expect(mx).toBeCloseTo(integral(1.6, 160, (a, b) => a * share(a, b)) / all, 5);
      expect(my).toBeCloseTo(integral(1.6, 160, (a, b) => b * share(a, b)) / all, 5);
    }
  });
});

describe('the variational autoencoder', () => {
  const fresh = normals(2, 3200);
  const scoreAt = (blur: number) => judge(mapped(fresh, (x, y) => decoded(x, y, blur)));

  test('blurs all codes into one bell of variance 1', () => {
    for (const blur of [0.2, 0.4, 0.8]) {
      const epsilon = normals(7, 8000);
      const codes = dataOf(6, 4000).map((value, i) => blurred(codeOf(value, blur), blur, epsilon[i]!));
      expect(codes.reduce((sum, code) => sum + code ** 2, 0) / codes.length).toBeCloseTo(1, 1);
    }
  });

  test('reaches all kinds, but with much blur nothing is good', () => {
    expect(scoreAt(0.4)).toMatchObject({ reached: KINDS });
    expect(scoreAt(0.4).good).toBeGreaterThan(0.65);
    expect(scoreAt(0.4).good).toBeLessThan(0.9);
    expect(scoreAt(0.9).good).toBeLessThan(0.1);
  });

  test('says nearly the point itself where there is hardly any blur', () => {
    for (const point of [0.9, -0.97]) {
      const [x] = decoded(codeOf(point, 0.02), 0, 0.02);
      expect(x).toBeCloseTo(point, 1);
    }
  });
});

describe('the flow', () => {
  test('has the density that its map gives, and no map folds on the way', () => {
    const small = 1e-5;
    for (const at of [0.5, 1, 2.3, LAYERS]) {
      for (const [u, v] of [
        [0.6, 0.2],
        [-1.3, 0.9],
        [0.3, -2],
      ] as const) {
        const [right, left] = [bent(u + small, v, at), bent(u - small, v, at)];
        const [up, down] = [bent(u, v + small, at), bent(u, v - small, at)];
        const determinant =
          ((right[0] - left[0]) * (up[1] - down[1]) - (right[1] - left[1]) * (up[0] - down[0])) / (2 * small) ** 2;
        expect(determinant).toBeGreaterThan(0);
        if (at !== LAYERS) continue;
        const expected = -(u ** 2 + v ** 2) / 2 - Math.log(2 * Math.PI) - Math.log(determinant);
        expect(logDensity(...bent(u, v, at))).toBeCloseTo(expected, 3);
      }
    }
  });

  test('gives the whole plane a probability of 1', () => {
    expect(integral(1.8, 120, (x, y) => Math.exp(logDensity(x, y)))).toBeCloseTo(1, 1);
  });

  test('cannot be made likelier by any of its numbers', () => {
    const data = dataOf(9, 480);
    const likelihood = (flow: Flow) => {
      let sum = 0;
      for (let i = 0; i < data.length; i += 2) sum += logDensity(data[i]!, data[i + 1]!, flow);
      return sum;
    };
    const best = likelihood(FLOW);
    for (const factor of [0.94, 1.06]) {
      for (const name of ['reach', 'slope', 'tail'] as const) {
        const radial = { ...FLOW.radial, [name]: FLOW.radial[name] * factor };
        expect(likelihood({ ...FLOW, radial }), `${name} times ${factor}`).toBeLessThan(best);
      }
      const turns = FLOW.turns.map((turn) => turn * factor);
      expect(likelihood({ ...FLOW, turns }), `turns times ${factor}`).toBeLessThan(best);
    }
  });

  test('reaches all kinds, with threads between them', () => {
    const { good, reached } = judge(mapped(normals(2, 3200), (x, y) => bent(x, y, LAYERS)));
    expect(reached).toBe(KINDS);
    expect(good).toBeGreaterThan(0.8);
    expect(good).toBeLessThan(0.95);
  });
});

describe('the small network', () => {
  test('has the gradient of differences', () => {
    const net = createNet(3, [2, 5, 4, 1]);
    const input = Float64Array.of(0.3, -0.8, 1.1, 0.4);
    const loss = () =>
      forward(net, input)
        .at(-1)!
        .reduce((sum, value) => sum + value ** 2, 0);
    const all = forward(net, input);
    const slope = all.at(-1)!.map((value) => 2 * value);
    const into = new Float64Array(net.values.length);
    const ofInput = backward(net, all, slope, into);
    const difference = (values: Float64Array, i: number) => {
      const [before, small] = [values[i]!, 1e-6];
      values[i] = before + small;
      const above = loss();
      values[i] = before - small;
      const below = loss();
      values[i] = before;
      return (above - below) / (2 * small);
    };
    for (let i = 0; i < into.length; i++) expect(into[i], `weight ${i}`).toBeCloseTo(difference(net.values, i), 6);
    for (let i = 0; i < input.length; i++) expect(ofInput[i], `input ${i}`).toBeCloseTo(difference(input, i), 6);
  });

  test('moves by the learning rate in the first step of Adam', () => {
    const net = createNet(3, [1, 1]);
    const before = net.values.slice();
    descend(net, Float64Array.of(0.2, -3), 0.01);
    expect(net.values[0]! - before[0]!).toBeCloseTo(-0.01, 6);
    expect(net.values[1]! - before[1]!).toBeCloseTo(0.01, 6);
  });
});

test('generator and critic chase each other: good at times, but never all kinds for long', { tags: 'long' }, () => {
  const chase = newChase(1);
  const noise = normals(4, 640);
  const looks = [];
  for (let round = 1; round <= 800; round++) {
    playRound(chase);
    if (round % 50 === 0) looks.push(judge(made(chase, noise)));
  }
  expect(Math.max(...looks.map(({ good }) => good))).toBeGreaterThan(0.6);
  expect(looks.filter(({ reached }) => reached < KINDS).length).toBeGreaterThan(looks.length / 2);
  expect(new Set(looks.map(({ reached }) => reached)).size).toBeGreaterThan(2);
  for (const sure of believed(chase, noise)) expect(Math.abs(sure - 0.5)).toBeLessThanOrEqual(0.5);
});

describe('diffusion', () => {
  const noise = normals(2, 1600);

  test('ends in the middle of all data with one call, and in all kinds with fifty', async () => {
    const once = await pathOf(noise, 1);
    expect(once).toHaveLength(2);
    expect(Math.max(...once[1]!.map(Math.abs))).toBeLessThan(0.05);
    const [few, many] = [judge((await pathOf(noise, 4)).at(-1)!), judge((await pathOf(noise, 50)).at(-1)!)];
    expect(many).toMatchObject({ reached: KINDS });
    expect(many.good).toBeGreaterThan(0.97);
    expect(few.good).toBeLessThan(many.good);
  });
});
