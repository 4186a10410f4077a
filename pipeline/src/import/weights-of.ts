/** A network's weights among a checkpoint's tensors. */
import { InputError } from '@onnoise/scheduler/rules';
import { fromStateDict, requireWeights } from '@onnoise/training/folder';
import type { Model } from '@onnoise/training/model';
import type { CheckpointTensors } from './read-tensors.ts';

/**
 * @param action what fails, after "Cannot": `import checkpoints/x`
 * @param advice what else to say of tensors that are missing or of another shape
 * @throws InputError where one is missing, of another shape, of integers, or not finite
 */
export function weightsOf(
  model: Model,
  tensors: CheckpointTensors['tensors'],
  action: string,
  advice?: string,
): Map<string, Float32Array> {
  for (const { name } of model.parameters) {
    const data = tensors.get(name)?.data;
    if (data && !(data instanceof Float32Array)) {
      throw new InputError(`Cannot ${action}: ${name} must hold floating-point numbers, received integers.`);
    }
  }
  const { values, faults } = fromStateDict(model, tensors);
  requireWeights(faults, action, advice);
  for (const [name, numbers] of values) {
    const at = numbers.findIndex((value) => !Number.isFinite(value));
    if (at >= 0) throw new InputError(`Cannot ${action}: ${name} must hold finite numbers, received ${numbers[at]}.`);
  }
  return values;
}

/** Moves the sample before the picture beside it in the channels that the first layer takes, in place. */
export function sampleFirst(values: ReadonlyMap<string, Float32Array>, { conditionImage, shape }: Model): void {
  const weight = values.get('conv_in.weight')!; // [O, I, 3, 3]
  const filters = 9 * (shape[0] + conditionImage!.shape[0]);
  for (let o = 0; o < weight.length; o += filters) {
    const sample = weight.slice(o + filters - 9 * shape[0], o + filters);
    weight.copyWithin(o + sample.length, o, o + filters - sample.length).set(sample, o);
  }
}
