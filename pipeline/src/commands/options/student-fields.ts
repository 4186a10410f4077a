/** Settings of a student's training: what is usual for it, below what is asked for, and its options. */
import { fields, type PartialConfig, PRIVACY_FIELDS } from '@onnoise/training/settings';
import type { Options } from 'yargs';
import { fieldOptions, STUDENT_FIELDS } from './train-fields.ts';

/** Chosen by measurement: docs/notes/2026-11-30-few-calls.md. */
export const USUAL = {
  training: { minutes: 15, batch: 32, lr: 1e-3, lrSchedule: 'linear', warmupSteps: 50, emaDecay: 0.995, beta2: 0.99 },
  output: { sampleEvery: null, sampleCount: 40 },
} as const satisfies PartialConfig;

/** What the command says itself, or has no meaning for a student. */
const SETTLED = [
  ...STUDENT_FIELDS.filter((field) => !['lessons', 'adversarial', 'conditional'].includes(field)),
  ...(['epochs', 'init', 'initHash', 'minSnr', 'timestepSampling', 'logitMean', 'logitStd'] as const),
  ...PRIVACY_FIELDS,
  ...(['autoencoder', 'autoencoderHash', 'klWeight', 'edgeWeight'] as const),
  ...(['offsetNoise', 'zeroInit', 'sampler', 'sampleSteps'] as const),
];

export const studentOptions = (section: keyof typeof USUAL): Record<string, Options> => {
  const options = fieldOptions(section, SETTLED);
  for (const [key, value] of Object.entries(USUAL[section])) {
    const { flag } = fields[section][key as keyof (typeof fields)[typeof section]] as { flag: string };
    options[flag] = { ...options[flag], defaultDescription: value === null ? 'off' : `${value}` };
  }
  return options;
};
