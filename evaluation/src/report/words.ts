/** The sentences of a report. */
import {
  type EvaluationFacts,
  type EvaluationSettings,
  evaluatedName,
  formatFigure,
  formatShare,
  formatValue,
  type Measure,
} from '@onnoise/scheduler/evaluation';
import { foundChanges, MISSED_CHANGES } from '../memorisation/sought.ts';
import type { Memorisation } from '../memorisation/types.ts';
import type { Evaluation } from './types.ts';

/** A chance that is called sure enough. */
const SURE = 0.95;

export const count = (value: number): string => value.toLocaleString('en');

/** What was found, in a few plain sentences: how good, how far from real, whether copies. */
export function headline(evaluation: Evaluation): string {
  const { settings, measures, memorisation } = evaluation;
  const of = (id: string) => measures.find((measure) => measure.id === id);
  const [accuracy, dice, distance] = [of('class_accuracy'), of('mask_dice'), of('frechet')];
  return [
    `${count(settings.count)} pictures of ${evaluatedName(evaluation)}.`,
    accuracy &&
      `${formatFigure(accuracy, accuracy.model.value)} show the class that was asked for (${anchors(accuracy)}).`,
    ...measures.filter(isNumberError).map(numberSentence),
    dice && `${dice.name} ${formatFigure(dice, dice.model.value)} (${anchors(dice)}).`,
    distance && `${distance.name} ${formatFigure(distance, distance.model.value)} (${anchors(distance)}).`,
    memorisation && memorisationSentence(memorisation),
  ]
    .filter((sentence) => sentence !== undefined)
    .join(' ');
}

const isNumberError = ({ id }: Measure) => id.startsWith('number_error_');

/** `Error of boneage 9.1 on average (real images 8.2, noise 60).` */
const numberSentence = (measure: Measure): string =>
  `${measure.name} ${formatFigure(measure, measure.model.value)} on average (${anchors(measure)}).`;

/** `real images 9, noise 900` */
function anchors(measure: Measure): string {
  const { real, noise } = measure;
  return `real images ${formatFigure(measure, real.value)}, noise ${formatFigure(measure, noise.value)}`;
}

export function memorisationSentence(memorisation: Memorisation): string {
  const { verdict, counts } = memorisation;
  if (verdict === 'copies found') return 'Copies of training images were found.';
  if (verdict === 'cannot tell') return 'It cannot be told whether pictures are copies of training images.';
  return `No copies of training images were found${seen(memorisation, counts.samples)}.`;
}

/** What a copy may be, and which copies go unseen. */
export function searchSentence({ search, parts }: Memorisation): string {
  const cropped =
    parts === undefined
      ? 'So may parts of an image, such as a half.'
      : 'A picture was also compared with crops of the training images from half of a side on, enlarged, and each half of it with the same half of theirs.';
  return `A copy is a training image that is ${foundChanges(search)}. Copies that are ${MISSED_CHANGES} may go unseen, however many. ${cropped} Features, which are compared as the pictures are, may show some of these.`;
}

/** What the search would have seen. */
function seen({ sensitivity }: Memorisation, samples: number): string {
  const rows = sensitivity.filter(({ copies }) => copies > 0);
  const least = rows.find(
    (row) => row.found >= SURE && rows.every((more) => more.copies < row.copies || more.found >= SURE),
  );
  if (least) {
    const many = least.copies === 1 ? '1 copy' : `${count(least.copies)} copies`;
    return `; ${many} among ${count(samples)} would be seen with a chance of ${formatShare(least.found)}`;
  }
  const most = rows.at(-1);
  if (most === undefined) return '';
  return `; ${count(most.copies)} copies among ${count(samples)} would be seen with a chance of only ${formatShare(most.found)}`;
}

const WAYS: Readonly<Record<Measure['better'], string>> = {
  lower: 'lower is better',
  higher: 'higher is better',
  none: 'best near real images',
};

export const wayOf = ({ better }: Measure): string => WAYS[better];

/** What the settings say of pictures that no model drew for this. */
const NOT_SAMPLED = 'not sampled here';

/**
 * `ddim, 50 steps, guidance 1.5, eta 0`
 * @param told which of the sampler's options; default: all
 */
export function describeSettings(
  { sampler, steps, guidance, options = {} }: EvaluationSettings,
  told: readonly string[] = Object.keys(options),
): string {
  if (sampler === undefined || steps === undefined) return NOT_SAMPLED;
  return [
    sampler,
    `${count(steps)} ${steps === 1 ? 'step' : 'steps'}`,
    ...(guidance ? [`guidance ${guidance.scale}`] : []),
    ...told.filter((name) => options[name] !== undefined).map((name) => `${name} ${options[name]}`),
  ].join(', ');
}

const KINDS: Readonly<Record<string, string>> = {
  classifier: 'a classifier trained on the training images',
  autoencoder: 'a denoising autoencoder trained on the training images',
  file: 'a file',
};

/** `classifier of digits (a classifier trained on the training images, 64 numbers, 98.6 % right on held-out images)` */
export function describeFeatures({ kind, name, width, accuracy }: EvaluationFacts['features']): string {
  const right = accuracy === undefined ? '' : `, ${formatShare(accuracy)} right on held-out images`;
  return `${name} (${KINDS[kind] ?? kind}, ${count(width)} ${width === 1 ? 'number' : 'numbers'} an image${right})`;
}

/** What the real images were that the model was compared with. */
export const realImages = ({ test }: EvaluationFacts['data']): string =>
  test === undefined ? 'images held out of training' : `test images of ${test}`;

/** `0.21 s`, `3.4 s`, `1.2 ms` */
export const duration = (seconds: number): string =>
  seconds < 0.0995 ? `${formatValue(1000 * seconds)} ms` : `${formatValue(seconds)} s`;
