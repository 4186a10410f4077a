/** Settings that are accepted but do nothing in this run, or not what they seem to do. */

import { plural } from '@onnoise/base/text';
import type { Dataset } from '../data/index.ts';
import type { EngineChoice } from '../engines/index.ts';
import type { TrainConfig } from '../settings/config.ts';
import { fields } from '../settings/fields.ts';

/**
 * One sentence for each.
 * @param steps of the run; undefined if it ends by the clock.
 */
export function unusedSettings(
  { data, training }: TrainConfig,
  kind: EngineChoice['kind'],
  { train, validation }: Pick<Dataset, 'train' | 'validation'>,
  steps: number | undefined,
): string[] {
  const idle: [boolean, string][] = [
    [training.allowCpu && kind !== 'tfjs-node-gpu', `--allow-cpu has no effect on ${kind}.`],
    [
      training.tf32 !== fields.training.tf32.default && !kind.startsWith('tfjs-node'),
      `--tf32 has no effect on ${kind}, which never uses TensorFloat-32.`,
    ],
    [
      training.clipNorm !== fields.training.clipNorm.default && training.dpEpsilon !== undefined,
      '--clip-norm has no effect with --dp-epsilon: --dp-clip clips the gradient of each image.',
    ],
    [
      training.huberDelta !== fields.training.huberDelta.default && training.loss !== 'huber',
      `--huber-delta has no effect with --loss ${training.loss}.`,
    ],
    [
      training.zeroInit && training.init !== undefined,
      '--zero-init has no effect with --init, whose weights are already trained.',
    ],
    [
      steps !== undefined && training.warmupSteps > steps,
      `--warmup-steps ${training.warmupSteps} is more than the ${plural(steps ?? 0, 'step')} of the run: the learning rate never reaches ${training.lr}.`,
    ],
    [
      data.validationShare > 0 && validation.length === 0,
      `No image is held out, since there is only ${train.length}, so no held-out loss is measured.`,
    ],
  ];
  const dp = (['dpDelta', 'dpClip', 'dpTimesteps', 'dpUnit'] as const).filter(
    (key) => training[key] !== fields.training[key].default,
  );
  if (training.dpEpsilon === undefined) {
    for (const key of dp) idle.push([true, `--${fields.training[key].flag} has no effect without --dp-epsilon.`]);
  }
  return idle.flatMap(([holds, sentence]) => (holds ? [sentence] : []));
}
