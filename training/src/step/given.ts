/** What a step's inputs say of a training pass: which values drop out, and what the network is told. */
import { MASK } from '@onnoise/scheduler/training';
import type { TrainableModel } from '../model/described.ts';
import { pickTold, type ToldTensors } from '../model/told.ts';
import type { Tensors, TrainStepOptions } from './contracts.ts';

export const givenIn = (
  inputs: Tensors,
  { dropouts = [] }: TrainableModel,
  { told = [] }: TrainStepOptions,
): ToldTensors & { masks: Tensors } => ({
  masks: Object.fromEntries(dropouts.map(({ name }) => [name, inputs[MASK + name]!])),
  ...pickTold(told, inputs),
});
