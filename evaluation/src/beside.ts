/**
 * Masks and pictures beside the images, for a model that is told some or that draws masks: whether they are named, before long
 * work, and whether their classes are the model's.
 */
import { type ConditioningFacts, type MaskLabels, nameChannels } from '@onnoise/scheduler/model';
import { InputError, refuse } from '@onnoise/scheduler/rules';
import { type Dataset, listClasses, type PrepareOptions } from '@onnoise/training/data';

/** What a model has to do with masks and pictures beside its own. */
export interface BesideFacts extends Pick<ConditioningFacts, 'conditionImage' | 'conditions'> {
  maskOutput?: MaskLabels | undefined;
}

/** The classes of the masks that a model is told or draws; undefined where it has to do with none. */
export const masksOf = ({ conditionImage, maskOutput }: BesideFacts): MaskLabels | undefined =>
  conditionImage?.mask ?? maskOutput;

/** Of the training images and of those to test with. */
const FLAGS = {
  masks: ['--masks', '--test-masks'],
  conditionImages: ['--condition-images', '--test-condition-images'],
} as const;
const WORDS = { masks: 'masks', conditionImages: 'pictures' } as const;

/** @throws InputError for images to test with that have no numbers, where the model is told some. */
export function requireNumbers(
  action: string,
  conditions: readonly { name: string }[],
  test: PrepareOptions | undefined,
): void {
  if (test === undefined || test.conditionColumns !== undefined || conditions.length === 0) return;
  const names = conditions.map(({ name }) => name).join(' and ');
  throw new InputError(
    `Cannot ${action}: --test-csv must name a table with the ${names} of --test-data, which the model is told, received nothing.`,
  );
}

/**
 * Before anything is prepared.
 * @throws InputError for a model that is told what nobody names, and for what it has nothing to do with.
 */
export function requireBeside(
  action: string,
  model: BesideFacts,
  data: PrepareOptions,
  test: PrepareOptions | undefined,
): void {
  const { conditionImage: told, conditions = [] } = model;
  const wanted = masksOf(model) ? 'masks' : told ? 'conditionImages' : undefined;
  const named = [data, ...(test ? [test] : [])];
  for (const key of ['masks', 'conditionImages'] as const) {
    named.forEach(({ [key]: given }, i) => {
      if (given === undefined || key === wanted) return;
      refuse(action, FLAGS[key][i]!, `left out, the model neither takes nor draws ${WORDS[key]}`, given);
    });
  }
  if (wanted && told) {
    named.forEach(({ [wanted]: given }, i) => {
      if (given !== undefined) return;
      const of = i === 0 ? 'of the images' : 'of --test-data';
      throw new InputError(
        `Cannot ${action}: ${FLAGS[wanted][i]} must name the ${WORDS[wanted]} ${of}, which the model is told, received nothing.`,
      );
    });
  }
  if (told) requireNumbers(action, conditions, test);
}

/**
 * The images with their masks numbered as the model's classes are, by name.
 * @param test whether they are those of --test-data
 * @throws InputError for classes that the model does not know, and for pictures of other channels
 */
export function matchBeside(action: string, model: BesideFacts, dataset: Dataset, test = false): Dataset {
  const { beside } = dataset;
  if (beside === undefined) return dataset;
  const wanted = masksOf(model);
  const place = test ? 1 : 0;
  if (wanted === undefined) {
    const channels = model.conditionImage!.shape[0];
    if (beside.channels === channels) return dataset;
    const rule = `pictures that are ${nameChannels(channels)}, as the model takes them`;
    return refuseWords(action, FLAGS.conditionImages[place], rule, nameChannels(beside.channels));
  }
  return withMaskClasses(action, { option: FLAGS.masks[place], of: "the model's classes" }, dataset, wanted);
}

/**
 * The images with their masks numbered as these classes are, by name.
 * @param named how the masks are named, and whose the classes are: `the model's classes`
 * @throws InputError for other classes
 */
function withMaskClasses(
  action: string,
  { option, of }: { option: string; of: string },
  dataset: Dataset,
  wanted: MaskLabels,
): Dataset {
  const beside = dataset.beside!;
  const { classes } = beside.mask!;
  const numbers = Uint8Array.from(classes, (name) => Math.max(0, wanted.classes.indexOf(name)));
  const strange = classes.filter((name) => !wanted.classes.includes(name));
  if (strange.length > 0) {
    const rule = `masks of ${of} alone, which are ${listed(wanted.classes)}`;
    refuseWords(action, option, rule, `also ${listed(strange)}`);
  }
  const read = async (indices: ArrayLike<number>, out: Uint8Array) => {
    await beside.read(indices, out);
    for (let i = 0; i < out.length; i++) out[i] = numbers[out[i]!]!;
  };
  return { ...dataset, beside: { channels: 1, mask: wanted, read } };
}

function refuseWords(action: string, option: string, rule: string, received: string): never {
  throw new InputError(`Cannot ${action}: ${option} must be ${rule}, received ${received}.`);
}

/** Most classes to name in a sentence. */
const NAMED = 20;

const listed = (names: readonly string[]): string => listClasses(names, NAMED);
