/** Runs of the tiny network in this process: where they stop, what they note, and the lines that they leave. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TrainHooks, train } from '#training/run/train.ts';
import type { PartialConfig } from '#training/settings/config.ts';
import { temporaryFolder } from '../temporary/folder.ts';
import { memoryDataset } from './memory-dataset.ts';
import { tinyPlan } from './tiny-plan.ts';

export const newRun = () => join(temporaryFolder(), 'run');

export const lines = (run: string, file = 'metrics.jsonl'): Record<string, number>[] =>
  readFileSync(join(run, file), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

/** What ends a run where it stands. */
export const cutPower = (): never => {
  throw new Error('the power is cut');
};

export interface Given extends PartialConfig {
  run?: string;
  resume?: boolean;
  abortAfter?: number;
  dataset?: ReturnType<typeof memoryDataset>;
  hooks?: TrainHooks;
}

export async function runTiny({
  run = newRun(),
  resume = false,
  abortAfter,
  dataset = memoryDataset(),
  hooks,
  ...config
}: Given) {
  const controller = new AbortController();
  const notes: string[] = [];
  const result = await train({
    plan: tinyPlan(config),
    dataset,
    run,
    resume,
    signal: controller.signal,
    hooks: {
      ...hooks,
      onNote: (note) => notes.push(note),
      onStep: ({ step }) => {
        if (step === abortAfter) controller.abort();
      },
    },
  });
  return { run, notes, result };
}
