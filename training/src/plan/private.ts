/** Settings of differentially private training: what they make of a step, and what does not go with them. */
import { plural } from '@onnoise/base/text';
import { InputError } from '@onnoise/scheduler/rules';
import type { Dataset } from '../data/index.ts';
import type { EngineChoice } from '../engines/index.ts';
import type { Start } from '../fine-tuning/fit.ts';
import type { DescribedModel } from '../model/described.ts';
import { describePromise, openLedger, type Promised } from '../privacy/ledger.ts';
import { type Records, recordsOf } from '../privacy/sample.ts';
import type { TrainConfig } from '../settings/config-types.ts';
import type { StepPrivacy } from '../step/contracts.ts';

const refuse = (name: string, rule: string, received: unknown): never => {
  throw new InputError(`Cannot train with --dp-epsilon: ${name} must be ${rule}, received ${received}.`);
};

/** undefined without privacy. @throws InputError for settings that it does not go with */
export function privacyOf(
  { training }: Pick<TrainConfig, 'training'>,
  model: Pick<DescribedModel, 'parameters'>,
): StepPrivacy | undefined {
  const { dpEpsilon, dpClip, dpTimesteps, minutes, accumulate, calls } = training;
  if (dpEpsilon === undefined) return undefined;
  if (calls !== undefined) refuse('--calls', 'left out, since a student also learns from its teacher', calls);
  if (minutes !== undefined) {
    refuse('--minutes', 'left out: the noise is chosen for a number of --steps or --epochs', minutes);
  }
  if (accumulate > 1) refuse('--accumulate', '1, since it takes one image at a time', accumulate);
  const buffer = model.parameters.find(({ trainable }) => !trainable);
  if (buffer) {
    refuse('the network', 'without BatchNorm, which mixes the images of a batch', `one with ${buffer.name}`);
  }
  return { clip: dpClip, timesteps: dpTimesteps };
}

/** @throws InputError for an engine that cannot clip single images */
export function checkPrivateEngine({ training }: TrainConfig, kind: EngineChoice['kind']): void {
  if (training.dpEpsilon === undefined) return;
  if (kind === 'onnxruntime-webgpu' || kind === 'onnxruntime-cuda') {
    refuse('--engine', 'onnxruntime, tfjs-cpu, tfjs-node or tfjs-node-gpu', kind);
  }
}

/** The records of a private run, and what it promises. @param steps of the whole run */
export function promiseOf(
  { training }: TrainConfig,
  { train, groups }: Pick<Dataset, 'train' | 'groups'>,
  steps: number,
): { promised: Promised; records: Records } {
  const { dpEpsilon, dpDelta, dpClip, dpTimesteps, dpUnit, batch } = training;
  const unit = groups && dpUnit === 'group' ? 'group' : 'image';
  const records = recordsOf(train, unit === 'group' ? groups : undefined);
  const many = plural(records.length, unit);
  if (batch > records.length) refuse('--batch', `at most the ${many} to train on`, batch);
  if (dpDelta >= 1 / records.length) {
    refuse(
      '--dp-delta',
      `below 1/${records.length}, as there are ${many}: a larger one allows to publish one of them`,
      dpDelta,
    );
  }
  const promised: Promised = {
    epsilon: dpEpsilon!,
    delta: dpDelta,
    clip: dpClip,
    timesteps: dpTimesteps,
    unit,
    records: records.length,
    batch,
    steps,
  };
  return { promised, records };
}

/** What a run would promise, a sentence each; empty without privacy. @throws InputError where no noise is enough */
export function foreseePromise(
  config: TrainConfig,
  images: Pick<Dataset, 'train' | 'groups'>,
  steps: number | undefined,
): string[] {
  if (config.training.dpEpsilon === undefined || steps === undefined) return [];
  return describePromise(openLedger(promiseOf(config, images, steps).promised, ''));
}

/** @throws InputError for weights to start from that learnt from the same images, which no noise protected */
export function checkPrivateStart(
  { training }: TrainConfig,
  start: Pick<Start, 'name' | 'learnt'> | undefined,
  { hash }: Pick<Dataset, 'hash'>,
): void {
  if (training.dpEpsilon === undefined || start?.learnt !== hash) return;
  refuse(
    '--init',
    `a model that learnt from other images: ${start.name} learnt from these, and its weights tell of them without noise`,
    training.init,
  );
}
