/** Settings that are accepted and do nothing, or not what they seem to, in the run at hand. */
import type { Dataset } from '../data/index.ts';
import { plural } from '../terminal/format.ts';
import type { TrainConfig } from './config.ts';
import type { EngineChoice } from './engines/index.ts';
import { fields } from './fields.ts';

/**
 * One sentence for each.
 * @param steps of the run; undefined where it ends by the clock.
 */
export function idleSettings(
  { data, training }: TrainConfig,
  kind: EngineChoice['kind'],
  { train, validation }: Pick<Dataset, 'train' | 'validation'>,
  steps: number | undefined,
): string[] {
  const idle: [boolean, string][] = [
    [training.allowCpu && kind !== 'tfjs-node-gpu', `--allow-cpu makes no difference on ${kind}.`],
    [
      training.tf32 !== fields.training.tf32.default && (kind === 'onnxruntime' || kind === 'tfjs-cpu'),
      `--tf32 makes no difference on ${kind}, which never rounds so.`,
    ],
    [
      steps !== undefined && training.warmupSteps > steps,
      `--warmup-steps ${training.warmupSteps} is more than the ${plural(steps ?? 0, 'step')} of the run: the learning rate never gets to ${training.lr}.`,
    ],
    [
      data.validationShare > 0 && validation.length === 0,
      `No image is held out, since there is ${train.length} alone: no held-out loss is measured.`,
    ],
  ];
  return idle.flatMap(([holds, sentence]) => (holds ? [sentence] : []));
}
