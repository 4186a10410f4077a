/** What an autoencoder learns by the settings, and which of them mean nothing to it. */
import { parseSchedulerConfig } from '@onnoise/scheduler';
import { refuse } from '@onnoise/scheduler/rules';
import type { DescribedModel } from '../model/described.ts';
import { findNetwork } from '../model/index.ts';
import type { TrainConfig } from '../settings/config.ts';
import { fields, type Section } from '../settings/fields.ts';
import type { Reconstruction } from '../step/contracts.ts';

/** Settings of noise, of what a network is told, and of weights to start from. */
const MEANINGLESS = {
  training: [
    ...(['init', 'calls', 'labelDropout', 'minSnr', 'timestepSampling', 'logitMean', 'logitStd'] as const),
    ...(['offsetNoise', 'dpEpsilon'] as const),
  ],
  output: ['sampleSteps', 'sampler'],
} as const;

/** undefined for a network that is no autoencoder. @throws InputError for a setting that means nothing to one */
export function reconstructionOf({ halves }: DescribedModel, config: TrainConfig): Reconstruction | undefined {
  if (!halves) return undefined;
  const { _class_name: name } = config.model;
  if (findNetwork(name)?.imported) {
    refuse('train an autoencoder', '--model._class_name', 'AutoencoderKL: others are only imported', name);
  }
  const left = 'left out: an autoencoder learns to give images back, without noise and labels';
  for (const section of ['training', 'output'] as const satisfies Section[]) {
    const table: Record<string, { flag: string; default?: unknown }> = fields[section];
    for (const key of MEANINGLESS[section]) {
      const { flag, default: usual } = table[key]!;
      const given = (config[section] as Record<string, unknown>)[key];
      if (given !== usual) refuse('train an autoencoder', `--${flag}`, left, given);
    }
  }
  const usual: Record<string, unknown> = { ...parseSchedulerConfig({}) };
  const other = Object.entries(config.scheduler).find(([key, value]) => !same(value, usual[key]));
  if (other) refuse('train an autoencoder', `--scheduler.${other[0]}`, left, other[1]);
  const { edgeWeight, klWeight } = config.training;
  return { edges: edgeWeight, kl: klWeight };
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
