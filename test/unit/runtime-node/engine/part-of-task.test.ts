import { expect, it } from 'vitest';
import { partOfSample } from '#runtime-node/engine/part-of-task.ts';
import type { SampleTask } from '#runtime-node/engine/protocol.ts';

const values = (...numbers: number[]) => Float32Array.from(numbers);

it('gives each image of a part what the task has for it', () => {
  const task: SampleTask = {
    client: 'one',
    model: 'tiny',
    seeds: [5, 6, 7],
    labels: [0, 1, 2],
    conditions: [values(1, 1), values(2, 1), values(3, 1)],
    conditionImages: [values(0, 1), values(1, 0), values(1, 1)],
    from: values(10, 20, 30),
    guidance: undefined,
    steps: 2,
    sampler: 'ddim',
    partials: 0,
  };
  expect(partOfSample(task, [2, 0], 1)).toEqual({
    ...task,
    seeds: [7, 5],
    labels: [2, 0],
    conditions: [values(3, 1), values(1, 1)],
    conditionImages: [values(1, 1), values(0, 1)],
    from: values(30, 10),
  });
  expect(partOfSample({ ...task, conditionImages: undefined }, [1], 1).conditionImages).toBeUndefined();
});
