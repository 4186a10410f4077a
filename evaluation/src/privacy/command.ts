/** The commands that measure the same again. Folders and files are `<names>`: where they lie is of the machine that it ran on. */
import { shellWord } from '@onnoise/base/text';
import type { EvaluationFacts } from '@onnoise/scheduler/evaluation';
import type { Audit } from '../membership/types.ts';

/** Options that tell the split of training, which is known also where nobody typed it. */
const SPLIT = ['--validation-share', '--split-seed', '--group-column'];

export function auditCommand({ data, settings, shadows, model }: Omit<Audit, 'version'>): string {
  const { images = defaultImages(data), split, attacks, timesteps, draws, seed, count } = settings;
  const typed = split ? images.filter((option) => !SPLIT.includes(option.split(' ')[0]!)) : images;
  return [
    `npx pipeline audit --model <${model.name}>`,
    ...typed,
    ...(split ? splitOptions(split) : []),
    `--attacks ${attacks.join(',')} --timesteps ${timesteps.join(',')} --draws ${draws} --seed ${seed}`,
    ...(count === undefined ? [] : [`--count ${count}`]),
    ...(shadows ? [`--shadows ${shadows.asked} --steps ${shadows.steps}`] : []),
  ].join(' ');
}

const defaultImages = ({ name, test }: Pick<EvaluationFacts['data'], 'name' | 'test'>): string[] => [
  `--data ${placeWord(name)}`,
  ...(test === undefined ? [] : [`--test-data ${placeWord(test)}`]),
];

const splitOptions = ({ validationShare, seed, groupColumn }: NonNullable<Audit['settings']['split']>): string[] => [
  `--validation-share ${validationShare} --split-seed ${seed}`,
  ...(groupColumn === undefined ? [] : [`--group-column ${shellWord(groupColumn)}`]),
];

/** Of the pictures that a model drew: the same pictures, held against the same images. */
export function evaluateCommand({ model, data, settings, features }: EvaluationFacts): string {
  const { count, seed, sampler, steps, guidance, options = {} } = settings;
  return [
    `npx pipeline evaluate --model <${model?.name ?? 'model'}>`,
    ...defaultImages(data),
    `--count ${count} --seed ${seed}`,
    ...(sampler === undefined ? [] : [`--sampler ${sampler} --steps ${steps}`]),
    ...Object.entries(options).map(([name, value]) => `--${name} ${value}`),
    ...(features.kind === 'file' ? [`--feature-model <${features.name}>`] : []),
    ...(guidance ? [`--guidance ${guidance.scale} --guidance-interval ${guidance.interval.join(',')}`] : []),
  ].join(' ');
}

/** `<knees 2019>`; what is built in has no place. */
export const placeWord = (name: string): string => (name === 'digits' ? name : `<${name}>`);
