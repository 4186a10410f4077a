/** Folders to compare: a run with falling losses, and a model folder, as far as a comparison reads them. */
import { createHash } from 'node:crypto';
import { sheet } from '@onnoise/runtime-node';
import { TRAINING_FORMAT } from '#base/folders/training-file.ts';
import { formatEvaluation } from '#evaluation/report/write.ts';
import { exampleEvaluation, examplePictures } from './evaluation.ts';
import { writeFiles } from './pictures/images.ts';

const WEIGHTS = 'weights';

export interface RunOptions {
  steps?: number;
  lr?: number;
  /** What the loss falls to. */
  floor?: number;
}

/** Returns `folder`. */
export async function writeRun(folder: string, { steps = 900, lr = 0.001, floor = 0.05 }: RunOptions = {}) {
  const lossAt = (step: number) => floor + 0.9 * Math.exp(-step / 120) + 0.01 * Math.sin(37 * step);
  const lines = Array.from({ length: steps }, (_, i) => ({
    step: i + 1,
    seconds: 0.15 * (i + 1),
    loss: lossAt(i + 1),
  }));
  const config = { data: { source: 'rings' }, training: { lr, batch: 32, emaDecay: null } };
  return writeFiles(folder, {
    'config.json': JSON.stringify(config),
    'metrics.jsonl': toLines(lines),
    'validation.jsonl': toLines(
      lines.filter(({ step }) => step % 150 === 0).map(({ step }) => ({ step, loss: lossAt(step) })),
    ),
    ...(steps > 0 && { 'samples.png': await ringSheet() }),
  });
}

/** Returns `folder`. */
export async function writeEvaluatedModel(folder: string, more: Parameters<typeof exampleEvaluation>[0] = {}) {
  const config = { data: { source: 'rings' }, training: { lr: 0.002, batch: 32, emaDecay: 0.999 } };
  const data = { name: 'rings', hash: '0'.repeat(64), count: 100 };
  const evaluation = exampleEvaluation(more);
  const hash = createHash('sha256').update(WEIGHTS).digest('hex');
  return writeFiles(folder, {
    'training.json': JSON.stringify({ format: TRAINING_FORMAT, data, settings: config, parameters: 1 }),
    'model_index.json': '{}',
    'samples.png': await ringSheet(),
    'unet/model.onnx': WEIGHTS,
    'evaluation.json': formatEvaluation({ ...evaluation, model: { ...evaluation.model, hash } }),
  });
}

export const toLines = (lines: readonly object[]): string => lines.map((line) => `${JSON.stringify(line)}\n`).join('');

function ringSheet(): Promise<Uint8Array> {
  const { shape, pixels } = examplePictures().samples;
  return sheet(
    Float32Array.from(pixels.subarray(0, 16 * 784), (byte) => byte / 127.5 - 1),
    shape,
  );
}
