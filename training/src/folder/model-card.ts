/**
 * The README.md of a model folder: what the model is, where it comes from, how well it does, what it cannot do.
 */

import type { TrainingFile } from '@onnoise/base/folders';
import { plainName, plural } from '@onnoise/base/text';
import { lastTimestep, type PredictionType } from '@onnoise/scheduler';
import {
  type ConditionImage,
  type ConditionSpec,
  type Distilled,
  type ImageShape,
  type MaskLabels,
  nameChannels,
} from '@onnoise/scheduler/model';
import { describePrivacy } from './privacy-card.ts';

export interface ModelCard {
  /** Heading: `digits`. */
  name: string;
  /** What it was trained on and how, as training.json has it. Absent for a model from elsewhere. */
  training?: TrainingFile | undefined;
  /** The checkpoint of diffusers that it was made of, for a model from elsewhere; `hash` is of its weights. */
  origin?: {
    name: string;
    hash: string;
    classNames?: readonly string[] | undefined;
    /** Of the weights. */
    licence?: string | undefined;
    /** What it was saved to be sampled with. */
    sampler?: string | undefined;
    /** Where it says that it is a student. */
    distilled?: Distilled | undefined;
    /** Where it says that all images of its training were synthetic phantoms. */
    trainedOn?: 'phantoms' | undefined;
  };
  parameters: number;
  /** How the network is stored, a sentence or two; absent: as float32. */
  format?: string | undefined;
  /** Whether the weights are the moving averages of training, or those of its last step. Default: true. */
  averaged?: boolean;
  /** Measurements: `'loss (last 100 steps)': 0.0312`. */
  metrics: Readonly<Record<string, number | string>>;
  /** What the model does badly or not at all, a sentence each. */
  limits: readonly string[];
}

/** What the card needs to know of the folder around it. */
export interface CardSurroundings {
  /** C, H, W of the pictures. */
  shape: ImageShape;
  /** Z, h, w of the latents that the network draws; absent where it draws pictures. */
  latents?: ImageShape | undefined;
  /** One per channel, where they have names. */
  channelNames?: readonly string[] | undefined;
  /** Without the null class. */
  classes: number;
  /** Whether the network was trained without a condition too. */
  nullCondition: boolean;
  conditions: readonly ConditionSpec[];
  conditionImage?: ConditionImage | undefined;
  maskOutput?: MaskLabels | undefined;
  architecture: string;
  predictionType: PredictionType;
  timesteps: number;
  /** Where it is a student. */
  distilled?: Distilled | undefined;
  hasSamples: boolean;
  hasCurve: boolean;
  /** How to sample it in Python; absent where it has no weights for that. */
  python?: string | undefined;
}

/** Markdown. The same card gives the same text. */
export function formatModelCard(card: ModelCard, around: CardSurroundings): string {
  const { name, parameters, averaged = true, origin, metrics, limits } = card;
  const { channelNames, shape } = around;
  const [channels, height, width] = shape;
  const kind = nameChannels(channels, channelNames);
  return [
    `# ${name}`,
    `A diffusion model: ${width} x ${height} ${/\d/.test(kind) ? `pictures of ${kind}` : `${kind} pictures`}, ${describeConditions(around)}. ` +
      `\`${around.architecture}\`, ${parameters.toLocaleString('en')} parameters, predicts ${describePrediction(around.predictionType)} ` +
      `over ${around.timesteps} timesteps. ${origin ? `It was trained elsewhere and imported from ${plainName(origin.name)}.` : `The weights are ${averaged ? 'the moving averages of training' : 'those of the last step of training'}.`}`,
    ...(around.latents ? [describeLatents(around.latents)] : []),
    ...(around.distilled ? [describeStudent(around.distilled)] : []),
    ...(around.hasSamples ? ['![Samples](samples.png)'] : []),
    '## Use',
    fence('sh', 'npx --ignore-scripts onnoise sample --model <this folder> --count 16 --out sheet.png'),
    describeNetwork(around),
    ...(card.format === undefined ? [] : [card.format]),
    ...(around.python === undefined ? [] : [inPython(around.python)]),
    ...(origin ? describeOrigin(origin, around) : describeTraining(card.training, around)),
    '## Metrics',
    table(Object.entries(metrics)),
    '## Limits',
    limits.map((limit) => `- ${limit}`).join('\n'),
    '',
  ]
    .join('\n\n')
    .replace(/\n+$/, '\n');
}

/** What it was trained on and how. */
export function describeTraining(
  training: TrainingFile | undefined,
  around: Pick<CardSurroundings, 'classes' | 'conditions' | 'conditionImage' | 'maskOutput' | 'hasCurve'>,
): string[] {
  if (!training) throw new Error('a card needs what it was trained on, or an origin');
  const { data, settings, start, privacy } = training;
  return [
    '## Data',
    [
      `- ${plainName(data.name)}: ${data.count.toLocaleString('en')} images`,
      ...(data.phantoms === undefined ? [] : [describePhantoms(`${phantomsOf(data.phantoms, data.count)} are`)]),
      `- hash${privacy ? " under the run's secret key" : ''}: \`${data.hash}\``,
      ...listClasses(data, around),
      ...listMaskClasses(around),
      ...around.conditions.map(
        ({ name, min, max, mean }) => `- ${name}: from ${min} to ${max}, ${short(mean)} on average`,
      ),
      ...(data.licence === undefined ? [] : [`- licence of the images: ${data.licence}`]),
    ].join('\n'),
    ...(privacy ? describePrivacy({ ...training, privacy }, around.conditions.length > 0) : []),
    '## Training',
    ...(around.hasCurve ? ['![Loss](training.png)'] : []),
    ...(start ? [describeStart(start)] : []),
    fence('json', JSON.stringify(settings, null, 2)),
  ];
}

const describeLatents = ([channels, height, width]: ImageShape): string =>
  `The network draws latents of ${width} x ${height} x ${channels}, of which the autoencoder in \`vae\` makes pictures.`;

/** What it is that draws in few calls. */
const describeStudent = ({ calls, guidance }: Distilled): string =>
  `It is a student, taught by \`pipeline distill\`: it draws a picture in ${plural(calls, 'call')} of the network, knows no other timesteps` +
  `${guidance === 1 ? '' : `, and has a guidance of ${guidance} built in`}.`;

const describeStart = ({ name, hash, phantoms }: NonNullable<TrainingFile['start']>): string =>
  `It started from the weights of ${plainName(name)} (\`${hash}\`)${phantoms ? `, which learnt from ${PHANTOMS}` : ''}.`;

const PHANTOMS = 'synthetic phantoms, drawn by a program, not pictures of people';

const phantomsOf = (phantoms: number, count: number): string =>
  phantoms === count ? 'All' : phantoms.toLocaleString('en');

const describePhantoms = (what: string): string => `- **${what} ${PHANTOMS}**`;

/** A limit of what has learnt from phantoms. */
export const LEARNT_FROM_PHANTOMS =
  'It learnt from synthetic phantoms: what it shows is no result on pictures of people.';

export function describeOrigin(
  origin: NonNullable<ModelCard['origin']>,
  around: Pick<CardSurroundings, 'classes'>,
): string[] {
  return [
    '## Origin',
    [
      `- checkpoint of diffusers: ${plainName(origin.name)}`,
      ...(origin.trainedOn ? [describePhantoms('trained on')] : []),
      `- SHA-256 of its weights: \`${origin.hash}\``,
      ...listClasses(origin, around),
      ...(origin.sampler === undefined ? [] : [`- sampler that it was saved with: ${origin.sampler}`]),
      `- licence: ${origin.licence ?? 'not given'}`,
    ].join('\n'),
  ];
}

/** `0: cat, 1: dog`, or the names alone where they are the numbers that the network takes. */
function listClasses(
  { classNames = [] }: { classNames?: readonly string[] | undefined },
  { classes }: Pick<CardSurroundings, 'classes'>,
): string[] {
  if (classes === 0 || classNames.length === 0) return [];
  const plain = classNames.every((name, i) => name === String(i));
  const named = classNames.map((name, i) => (plain ? name : `${i}: ${plainName(name)}`));
  return [`- classes: ${named.join(', ')}`];
}

function describeConditions(around: CardSurroundings): string {
  const { classes, nullCondition, conditions, conditionImage, maskOutput } = around;
  const drawn = maskOutput ? `, each with a mask of ${maskOutput.classes.length} classes` : '';
  const all = [
    ...(classes > 0 ? [`one of ${classes} classes`] : []),
    ...conditions.map(({ name }) => name),
    ...(conditionImage ? [describeTold(conditionImage)] : []),
  ];
  if (all.length === 0) return `unconditional${drawn}`;
  return `conditional on ${all.join(' and ')}${nullCondition ? ' or on nothing' : ''}${drawn}`;
}

const describeTold = ({ shape: [planes], mask }: ConditionImage): string =>
  mask ? `a mask of ${planes} classes` : `a ${nameChannels(planes)} picture`;

/** `0: background, 1: bone`, by the values in label maps. */
function listMaskClasses({
  conditionImage,
  maskOutput,
}: Pick<CardSurroundings, 'conditionImage' | 'maskOutput'>): string[] {
  const labels = conditionImage?.mask ?? maskOutput;
  if (!labels) return [];
  const { classes, values } = labels;
  return [`- classes of masks: ${classes.map((name, k) => `${values?.[k] ?? k}: ${plainName(name)}`).join(', ')}`];
}

const short = (value: number): number => Number(value.toPrecision(4));

const PREDICTIONS: Readonly<Record<PredictionType, string>> = {
  epsilon: 'the noise',
  sample: 'the clean picture',
  v_prediction: 'the velocity v',
  flow_prediction: 'the velocity u of flow matching',
};

const describePrediction = (type: PredictionType): string => `${PREDICTIONS[type]} (\`${type}\`)`;

/** How to call the network, and the range of its inputs. */
function describeNetwork({
  classes,
  nullCondition,
  conditions,
  conditionImage,
  timesteps,
  predictionType,
  latents,
}: Pick<
  CardSurroundings,
  'classes' | 'nullCondition' | 'conditions' | 'conditionImage' | 'timesteps' | 'predictionType' | 'latents'
>): string {
  const last = lastTimestep({ num_train_timesteps: timesteps, prediction_type: predictionType });
  const labels = classes > 0 ? ', `class_labels` [N] as int64' : '';
  const numbers = conditions.length > 0 ? `, \`conditions\` [N, ${2 * conditions.length}] as float32` : '';
  const told = conditionImage ? `, \`condition_image\` [N, ${conditionImage.shape[0]}, H, W] as float32` : '';
  const flags = conditions.map(({ name, mean, std }) => `(${name} - ${short(mean)}) / ${short(std)}`).join(', ');
  const absent = nullCondition ? ', or 0 and 0 where not given' : '';
  const values = conditions.length > 0 ? `, conditions are ${flags}, then 1 for each${absent}` : '';
  const none = nullCondition ? `, and ${classes} is none` : '';
  const range = classes > 0 ? `, classes from 0 to ${classes - 1}${none}` : '';
  return (
    `\`unet/model.onnx\` takes \`sample\` [N, C, H, W] and \`timestep\` [N] as float32${labels}${numbers}${told} and gives \`out_sample\` ` +
    `[N, C, H, W]; ${latents ? 'latents are scaled as `vae/config.json` says' : 'images are in [-1, 1]'}, timesteps are numbers from 0 to ${last}, whole or not${range}${values}.`
  );
}

export const inPython = (example: string) => `In Python, with diffusers:\n\n${fence('python', example)}`;

/** A card with the lines for Python, after those about the network; others' cards, which have none, stay as they are. */
export function withPython(card: string, example: string): string {
  if (card.includes(inPython(example))) return card;
  return card.replace(/^`unet\/model\.onnx` takes .*$/m, (network) => `${network}\n\n${inPython(example)}`);
}

/** What `describeFormat` said of the network that this one is made of. */
const FORMAT = /^(?:Its weights|Most of its layers) are stored .*\n\n/m;

/** A card with the sentences about the network's format, after those about the network; others' cards stay as they are. */
export const withFormat = (card: string, format: string): string =>
  card.replace(FORMAT, '').replace(/^`unet\/model\.onnx` takes .*$/m, (network) => `${network}\n\n${format}`);

export function fence(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\n\`\`\``;
}

export function table(rows: readonly (readonly [string, number | string])[]): string {
  if (rows.length === 0) return 'None were taken.';
  return ['| measure | value |', '|---|---|', ...rows.map(([name, value]) => `| ${name} | ${value} |`)].join('\n');
}
