/** The numbers that a network is conditional on: those of the images, and whether they suit the network. */
import { type ConditionSpec, nameChannels } from '@onnoise/scheduler/model';
import { InputError, refuse } from '@onnoise/scheduler/rules';
import type { DataConditions } from '../data/index.ts';
import type { BesideImages } from '../data/set/beside.ts';
import { conditionSpecs } from '../data/set/condition-specs.ts';
import type { DescribedModel } from '../model/described.ts';

/**
 * The conditions of the images to train on, for a network whose settings leave them open.
 * @param train numbers of these images; without it, all.
 * @throws InputError for a condition that is the same for all of them: it tells nothing apart.
 */
export function conditionsOfImages(conditions: DataConditions | undefined, train?: ArrayLike<number>): ConditionSpec[] {
  const specs = conditions ? conditionSpecs(conditions, train) : [];
  for (const { name, min, max } of specs) {
    // Not by std: rounding leaves a little of it where all are 0.1.
    if (!(min < max)) refuse('start training', `${name} of --condition-columns`, 'more than one value', min);
  }
  return specs;
}

/**
 * The conditions of a network that goes on with other images: mean and deviation stay, since the weights know values by
 * them, and the range grows to hold the images' too. undefined where nothing changes.
 */
export function widenedConditions(
  specs: readonly ConditionSpec[],
  conditions: DataConditions | undefined,
  train?: ArrayLike<number>,
): ConditionSpec[] | undefined {
  if (conditions?.names.join() !== specs.map(({ name }) => name).join()) return undefined;
  const seen = conditionSpecs(conditions, train);
  const widened = specs.map((spec, k) => ({
    ...spec,
    min: Math.min(spec.min, seen[k]!.min),
    max: Math.max(spec.max, seen[k]!.max),
  }));
  return specs.every(({ min, max }, k) => min === widened[k]!.min && max === widened[k]!.max) ? undefined : widened;
}

/**
 * @param beside what lies beside the images; before they are prepared, without the classes of masks
 * @throws InputError when the network is told, or draws, another mask or picture than the images have.
 */
export function checkBeside(
  { conditionImage, maskOutput }: Pick<DescribedModel, 'conditionImage' | 'maskOutput'>,
  beside: Pick<BesideImages, 'channels' | 'mask'> | undefined,
): void {
  const wanted = conditionImage?.mask ?? maskOutput;
  const flag = wanted ? '--masks' : '--condition-images';
  const refuse = (rule: string, received: string): never => {
    throw new InputError(`Cannot start training: ${flag} must ${rule}, received ${received}.`);
  };
  const takes = wanted !== undefined || conditionImage !== undefined;
  if (takes && !beside) refuse('name those of the images, which the network is trained with', 'nothing');
  if (!takes && beside) {
    throw new InputError(
      'Cannot start training: the network must take what lies beside the images, received one that takes nothing.',
    );
  }
  if (!takes || !beside) return;
  if (conditionImage && !wanted && beside.channels !== conditionImage.shape[0]) {
    refuse(
      `have ${nameChannels(conditionImage.shape[0])} pictures, as the network takes them`,
      nameChannels(beside.channels),
    );
  }
  const classes = beside.mask?.classes;
  if (wanted && classes && classes.join() !== wanted.classes.join()) {
    refuse(`have the classes of the network, ${wanted.classes.join(', ')}`, classes.join(', '));
  }
}

/** @throws InputError when the network has other conditions than the images. */
export function checkConditions(specs: readonly ConditionSpec[], names: readonly string[] = []): void {
  const wanted = specs.map(({ name }) => name);
  if (wanted.join() === names.join()) return;
  const list = (all: readonly string[]) => (all.length > 0 ? all.join(', ') : 'none');
  const way =
    wanted.length > 0
      ? `Give them with --csv and --condition-columns ${wanted.join()}`
      : 'Leave out --condition-columns';
  throw new InputError(
    `Cannot start training: the conditions of the images must be those of the network, ${list(wanted)}, received ${list(names)}. ${way}.`,
  );
}
