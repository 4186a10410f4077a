import { expect, test } from 'vitest';
import { drawGroups } from '#evaluation/measures/intervals.ts';
import { neighboursWithin, squaredDistance } from '#evaluation/measures/nearest.ts';
import { drawRows, neighbourMeasuresTo } from '#evaluation/measures/neighbours.ts';
import { normals } from '#test/programs/measure-sets.ts';

const WIDTH = 4;

const measured = async (pictures: Float32Array | Float64Array, reference: Float32Array | Float64Array) => {
  const { inside, balls, ...shares } = await (await neighbourMeasuresTo(reference, WIDTH))(
    pictures,
    drawGroups(pictures.length / WIDTH, 1),
  );
  const mean = (list: ArrayLike<number>) => Array.from(list).reduce((sum, one) => sum + one, 0) / list.length;
  return { precision: mean(inside), density: mean(balls) / 5, ...shares };
};

test('neighbours are those of a full search, and duplicates are at 0', async () => {
  const rows = normals(80, 20, 1);
  rows.copyWithin(20, 0, 20); // row 1 is row 0
  const { squares, rows: near } = await neighboursWithin(rows, 20, 6);
  for (let i = 0; i < 80; i++) {
    const all = Array.from({ length: 80 }, (_, j) => ({ j, square: squaredDistance(rows, i, rows, j, 20, Infinity) }))
      .filter(({ j }) => j !== i)
      .sort((a, b) => a.square - b.square);
    expect(Array.from(squares.subarray(i * 6, i * 6 + 6))).toEqual(all.slice(0, 6).map(({ square }) => square));
    expect(near[i * 6]).toBe(all[0]!.j);
  }
  expect(squares[0]).toBe(0);
});

test('it counts the pictures whose ball holds a training image', async () => {
  const reference = normals(60, WIDTH, 1);
  // A few beside a training image each, the others far from all and near each other.
  const beside = (from: number) => reference.slice(from * WIDTH, (from + 4) * WIDTH).map((value) => value + 1e-4);
  const pictures = Float32Array.of(...normals(40, WIDTH, 2, 1, 100), ...beside(0));
  const { around, recall } = await measured(pictures, reference);
  expect(Array.from(around)).toEqual([...Array(40).fill(0), 1, 1, 1, 1]);
  expect(recall).toBeGreaterThanOrEqual(4 / 60);
});

test('it knows recall and coverage without some groups', async () => {
  const [one, reference] = [normals(90, WIDTH, 1, 1.3), normals(70, WIDTH, 2)];
  const measure = await neighbourMeasuresTo(reference, WIDTH);
  const groups = drawGroups(90, 3);
  const { recallWithout, coverageWithout } = await measure(one, groups);
  for (let i = 0; i < 32; i++) {
    const left = one.filter((_, at) => groups.of[Math.floor(at / WIDTH)] !== groups.leavings[i]);
    const found = await measure(left, drawGroups(left.length / WIDTH, 1));
    expect([recallWithout[i], coverageWithout[i]]).toEqual([found.recall, found.coverage]);
  }
});

test('rows are drawn once each, by the seed', () => {
  const rows = Float32Array.from({ length: 40 }, (_, i) => i);
  const drawn = drawRows(rows, 2, 15, 1);
  expect(new Set(drawn).size).toBe(30);
  expect(drawRows(rows, 2, 15, 1)).toEqual(drawn);
  expect(drawRows(rows, 2, 15, 2)).not.toEqual(drawn);
  expect(drawRows(rows, 2, 100, 1).length).toBe(40);
});
