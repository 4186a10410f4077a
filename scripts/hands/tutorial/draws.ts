/**
 * What a run of the tutorial's network starts from and sees, for PyTorch to train on the same (beside_torch.py): the first weights,
 * and the images, noise and timesteps of its first updates.
 *
 *     npx tsx scripts/hands/tutorial/draws.ts <run> <folder to write> [updates]
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { sizeOf } from '@onnoise/scheduler/model';
import { drawStep } from '@onnoise/scheduler/training';
import { prepareOptions } from '../../../pipeline/src/commands/stages/training.ts';
import { createTrainingBatches, prepareDataset } from '../../../training/src/data/index.ts';
import { writeSafetensors } from '../../../training/src/folder/safetensors.ts';
import { draftPlan } from '../../../training/src/plan/resolve.ts';
import { openRun } from '../../../training/src/saved/run-folder.ts';
import { specsOfRun } from '../../../training/src/saved/specs-of-run.ts';

const [run, out, updates = '100'] = process.argv.slice(2);
if (run === undefined || out === undefined) throw new Error('Give the run, then a folder to write.');
mkdirSync(out, { recursive: true });
const { config } = await openRun(run, undefined, specsOfRun);
const draft = draftPlan(config);
const { model, initialParameters } = draft.plan;
const values = initialParameters();
const weights = model.parameters.map(({ name, shape }) => [name, { shape, data: values.get(name)! }] as const);
await writeSafetensors(join(out, 'weights.safetensors'), new Map(weights));

const { batch, seed } = config.training;
const dataset = await prepareDataset(prepareOptions(draft));
const batches = createTrainingBatches(dataset, { ...config.data, batch, seed });
const [count, size, T] = [Number(updates), sizeOf(model.shape), draft.plan.schedule.T];
const shape = [count, batch, ...model.shape];
const [images, noise] = [new Float32Array(sizeOf(shape)), new Float32Array(sizeOf(shape))];
const timesteps = new Int32Array(count * batch);
for (let step = 0; step < count; step++) {
  const draw = drawStep(seed, step, batch, size, T);
  images.set((await batches.next()).images, step * batch * size);
  noise.set(draw.noise, step * batch * size);
  timesteps.set(draw.timesteps, step * batch);
}
const draws = {
  images: { shape, data: images },
  noise: { shape, data: noise },
  timesteps: { shape: [count, batch], data: timesteps },
};
await writeSafetensors(join(out, 'draws.safetensors'), new Map(Object.entries(draws)));
dataset.close();
