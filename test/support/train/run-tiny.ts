/**
 * Trains the tiny network in a process of its own, for tests that kill it:
 * `node --import tsx run-tiny.ts <run> <steps> [resume]`. It prints a line for every step.
 */
import { train } from '#training/run/train.ts';
import { memoryDataset } from './memory-dataset.ts';
import { tinyPlan } from './tiny-plan.ts';

const [run, steps, resume] = process.argv.slice(2);
await train({
  plan: tinyPlan({ training: { steps: Number(steps) }, output: { checkpointEvery: 5 } }),
  dataset: memoryDataset(),
  run: run!,
  resume: resume === 'resume',
  hooks: { onStep: ({ step }) => void process.stdout.write(`step ${step}\n`) },
});
