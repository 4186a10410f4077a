/** A picture in an answer, and what makes it again: its seed, and what it is conditional on, by the names of the fields. */
import type { EngineModel, SampleTask } from '@onnoise/runtime-node/engine';
import type { ConditionValues } from '@onnoise/scheduler/model';

interface Described {
  model: EngineModel;
  task: SampleTask;
  /** As asked for. */
  condition: ConditionValues | undefined;
}

/** @param index of the picture in the task */
export function describePicture({ model, task, condition = {} }: Described, index: number) {
  const { seeds, labels, guidance } = task;
  const label = labels?.[index];
  const seed = seeds[index]!;
  const values = Object.entries(condition).map(([name, given]) => {
    const turn = [given].flat();
    return [name, turn[index % turn.length]];
  });
  return {
    ...(typeof seed === 'number' ? { seed } : seed),
    ...(label !== undefined && { label }),
    ...(label !== undefined && model.classNames && { class_name: model.classNames[label]! }),
    ...(values.length > 0 && { condition: Object.fromEntries(values) }),
    ...(guidance && { guidance: guidance.scale, guidance_interval: guidance.interval }),
  };
}
