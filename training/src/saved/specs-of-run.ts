/** The tensors of a run's training state, by its settings alone. */
import { createModel } from '../model/index.ts';
import type { TrainConfig } from '../settings/config-types.ts';
import type { StepTensor } from '../step/contracts.ts';
import { stateSpecs } from '../step/state.ts';

/** @throws InputError when the settings of the network are wrong. */
export function specsOfRun({ model, training }: Pick<TrainConfig, 'model' | 'training'>): StepTensor[] {
  const { emaDecay, optimizer, calls, adversarial, conditional, teacherIsStudent } = training;
  const taught = calls !== undefined;
  return stateSpecs(createModel(model), {
    ema: emaDecay !== null,
    optimizer,
    taught,
    adversarial: taught ? adversarial : 0,
    conditional: taught && !teacherIsStudent ? conditional : 0,
  });
}
