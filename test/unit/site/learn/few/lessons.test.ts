import { describe, expect, test } from 'vitest';
import {
  drawExample,
  joined,
  lesson,
  noiseOf,
  type Pairs,
  pairsOfTeacher,
  picker,
  sayOf,
  studentOf,
} from '#site/views/learn/improve/few/lessons.ts';
import { bend, distance } from '#site/views/learn/improve/few/measures.ts';
import { diffusion, flow, type Process, walk } from '#site/views/learn/improve/few/process.ts';
import { type Cloud, newCloud } from '#site/views/learn/learning/cloud.ts';
import { pointsOf } from '#site/views/learn/learning/shapes.ts';
import { expectClose } from '#test/compare.ts';
import { runInNode as run } from '../cloud-graphs.ts';

const DATA = pointsOf('ring', 400, 7);

describe('drawExample', () => {
  test('keeps noise and point of a pair together, on its straight line', () => {
    const pairs = { points: DATA, noise: DATA.map((value) => 10 + value) };
    const { noisy, told, target } = drawExample(flow, pairs, 3, 2);
    expectClose(
      target,
      target.map(() => 10),
      { absolute: 1e-5 },
    );
    const points = picker(400, 3, 2)(DATA);
    expectClose(
      noisy,
      points.map((value, i) => value + (10 * told[i >> 1]!) / 1000),
      { absolute: 1e-4 },
    );
  });

  test('draws other noise in each round where there is none', () => {
    const targets = [0, 1].map((step) => drawExample(flow, { points: DATA }, 3, step).target);
    const noises = targets.map((target, step) => target.map((value, i) => value + picker(400, 3, step)(DATA)[i]!));
    expectClose(noises[0]!, noiseOf(3, 0), { absolute: 1e-5 });
    expectClose(noises[1]!, noiseOf(3, 1), { absolute: 1e-5 });
  });
});

describe('pairs of a teacher', () => {
  test('are the noise, and where it takes this noise', async () => {
    const say = async (points: Float32Array) => points.map(() => 0.5); // a wind
    const made = await Promise.all([0, 1].map((i) => pairsOfTeacher(say, noiseOf(5, i), 4)));
    const { noise, points } = joined(made);
    expectClose(noise, [...noiseOf(5, 0), ...noiseOf(5, 1)], { absolute: 0 });
    expectClose(
      points,
      noise.map((value) => value - 0.5),
      { absolute: 1e-6 },
    );
  });
});

describe('networks that learn as on the page', () => {
  const learnt = async (process: Process, begin: Cloud, pairs: Pairs, rounds: number) => {
    let cloud = begin;
    while (cloud.steps < rounds) cloud = (await lesson(run, process, cloud, pairs, { lr: 2e-2, rounds })).cloud;
    return cloud;
  };

  test('miss in few steps, but for the student, whose paths are straight', { tags: 'long' }, async () => {
    const noise = noiseOf(4, 0);
    const teachers = [
      { process: diffusion, cloud: await learnt(diffusion, newCloud(1), { points: DATA }, 500) },
      { process: flow, cloud: await learnt(flow, newCloud(1), { points: DATA }, 500) },
    ] as const;
    const say = sayOf(run, flow, teachers[1].cloud);
    const made = await Promise.all([0, 1, 2, 3].map((i) => pairsOfTeacher(say, noiseOf(3, i), 50)));
    const student = await learnt(flow, studentOf(teachers[1].cloud, 2), joined(made), 300);

    const look = async ({ process, cloud }: { process: Process; cloud: Cloud }) => {
      const says = sayOf(run, process, cloud);
      const fine = await walk(says, process, noise, 100);
      const end = fine.at(-1)!;
      return { end, bend: bend(fine), missed: distance((await walk(says, process, noise, 1)).at(-1)!, end) };
    };
    const [chain, line, pupil] = await Promise.all([...teachers, { process: flow, cloud: student }].map(look));
    for (const teacher of [chain!, line!]) {
      expect(teacher.bend).toBeGreaterThan(1.1);
      expect(teacher.missed).toBeGreaterThan(0.7);
    }
    expect(pupil!.bend).toBeLessThan(1.02);
    expect(pupil!.missed).toBeLessThan(line!.missed / 5);
    expect(distance(pupil!.end, line!.end)).toBeLessThan(0.1); // as its teacher, and not only straight
  });
});
