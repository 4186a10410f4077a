/** Some images of a task as a task of their own: each picture depends on its own seed and conditions alone. */
import type { CallTask, SampleTask } from './protocol.ts';

/**
 * @param which places of the images in the task
 * @param size values of an image, C * H * W
 */
export function partOfSample(task: SampleTask, which: readonly number[], size: number): SampleTask {
  const { seeds, from, labels, conditions, conditionImages } = task;
  if (which.length === seeds.length) return task;
  return {
    ...task,
    seeds: which.map((i) => seeds[i]!),
    labels: labels && which.map((i) => labels[i]!),
    conditions: conditions && which.map((i) => conditions[i]!),
    conditionImages: conditionImages && which.map((i) => conditionImages[i]!),
    from: from && from.length > size ? rowsOf(from, size, which) : from, // one picture is for all
  };
}

export function partOfCall(task: CallTask, which: readonly number[], size: number): CallTask {
  const { x, timesteps, rows } = task;
  if (which.length === rows.length) return task;
  return {
    ...task,
    x: rowsOf(x, size, which),
    timesteps: Float32Array.from(which, (i) => timesteps[i]!),
    rows: which.map((i) => rows[i]!),
  };
}

function rowsOf(values: Float32Array, size: number, which: readonly number[]): Float32Array {
  const part = new Float32Array(which.length * size);
  for (const [row, i] of which.entries()) part.set(values.subarray(i * size, (i + 1) * size), row * size);
  return part;
}
