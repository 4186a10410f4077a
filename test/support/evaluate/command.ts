/** `pipeline evaluate` in a test: a folder with models and data (models.ts), and calls in it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll } from 'vitest';
import type { Evaluation } from '#evaluation/report/types.ts';
import { temporaryFolder } from '#test/pictures/images.ts';
import { type CliResult, runCli } from '#test/run-cli.ts';
import { SHARE, writeModels } from './models.ts';
import { writeProjection } from './projection.ts';

/** Features of `seen.onnx`. */
const WIDTH = 16;

export interface EvaluateCommand {
  /** Path of a name in the folder. */
  place(name: string): string;
  /** The figures that an evaluation left in a folder. */
  read(folder: string): Promise<Evaluation>;
  /** Options that name a model, its data and the split. */
  base(model: string, data: string): string[];
  /** Options of a feature network that is there: nothing is trained. */
  seen(): string[];
  /** Evaluates the model without classes, in `seen.onnx`, into `out/<name>`. */
  evaluatePlain(name: string, ...args: string[]): Promise<CliResult>;
}

/** Call it once in a file of tests: the folder is filled before the first test, and removed after the last. */
export function evaluateCommand(): EvaluateCommand {
  const root = temporaryFolder();
  const place = (name: string) => join(root, name);
  const base = (model: string, data: string) => [
    ...['--model', place(model), '--data', place(data)],
    ...['--validation-share', String(SHARE)],
  ];
  const seen = () => ['--feature-model', place('seen.onnx')];
  beforeAll(async () => {
    await writeModels(root);
    await writeProjection(place('seen.onnx'), [1, 8, 8], WIDTH);
  });
  return {
    place,
    base,
    seen,
    read: async (folder) => JSON.parse(await readFile(join(folder, 'evaluation.json'), 'utf8')),
    evaluatePlain: (name, ...args) => {
      const places = ['--cache-dir', place('cache'), '--out', place(`out/${name}`)];
      return runCli('evaluate', ...base('unconditional', 'plain'), ...places, ...seen(), ...args);
    },
  };
}
