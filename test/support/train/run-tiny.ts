/**
 * Trains the tiny network in a process of its own, for tests that kill it:
 * `node --import tsx run-tiny.ts <run> <steps>`. It prints a line for every step.
 */
import { train } from '#training/run/train.ts';
import { memoryDataset } from './memory-dataset.ts';
import { drawing, tinyPlan } from './tiny-plan.ts';

const [run, steps] = process.argv.slice(2);
await train({
  plan: tinyPlan(drawing(Number(steps))),
  dataset: memoryDataset(),
  run: run!,
  resume: false,
  hooks: { onStep: ({ step }) => void process.stdout.write(`step ${step}\n`) },
});
