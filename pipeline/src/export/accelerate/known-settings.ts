/** Which runs a project for accelerate can go on with: those whose settings its Python modules know. */
import { check, InputError, oneOf, show } from '@onnoise/scheduler/rules';
import { fields, type TrainConfig } from '@onnoise/training/settings';

/** Settings of training that pipeline/python/accelerate reads; any other must be at its default. */
const KNOWN: readonly string[] = [
  ...['epochs', 'steps', 'minutes', 'init', 'initHash', 'batch', 'accumulate', 'labelDropout', 'lr', 'lrSchedule'],
  ...['warmupSteps', 'loss', 'huberDelta', 'minSnr', 'offsetNoise', 'optimizer', 'beta1', 'beta2', 'eps'],
  ...['weightDecay', 'clipNorm', 'emaDecay', 'zeroInit', 'seed', 'engine', 'allowCpu', 'tf32'],
  ...['timestepSampling', 'logitMean', 'logitStd'],
];
const OPTIMIZER = oneOf(['adam', 'adamw']);

/** @throws InputError for a setting that would be left out in silence. */
export function checkKnown(run: string, { data, training, model }: TrainConfig): void {
  const action = `write a project for accelerate from ${run}`;
  if (data.depth === 16) check(action, 'data.depth', oneOf([8]), data.depth);
  check(action, 'training.optimizer', OPTIMIZER, training.optimizer);
  const { patch_size = 1, class_pictures = false } = model as { patch_size?: unknown; class_pictures?: unknown };
  if (patch_size !== 1) check(action, 'model.patch_size', oneOf([1]), patch_size);
  if (class_pictures !== false) check(action, 'model.class_pictures', oneOf([false]), class_pictures);
  for (const [key, field] of Object.entries(fields.training)) {
    const value = (training as Record<string, unknown>)[key];
    const standard = 'default' in field ? field.default : undefined;
    if (KNOWN.includes(key) || value === undefined || value === standard) continue;
    throw new InputError(
      `Cannot ${action}: training.${key} must be ${standard === undefined ? 'left out' : show(standard)}, since its Python knows no other, received ${show(value)}.`,
    );
  }
}
