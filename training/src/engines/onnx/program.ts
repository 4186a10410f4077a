/** What runs a training step on onnxruntime, whole or in parts. Types only. */
import type { Joined } from '@onnoise/tracer';
import type { StepInputs } from '../../step/contracts.ts';
import type { Orders } from './stored-order.ts';
import type { Tensors } from './tensors.ts';

/** A step: reads the state and the inputs, and writes loss, norm and next state into the given tensors. */
export interface Program {
  /** How the state is stored. */
  orders: Orders;
  /** Tensors of the state that it reads and writes as one vector. */
  joined: readonly Joined[];
  run(state: Tensors, inputs: StepInputs, outputs: Tensors): Promise<void>;
  release(): Promise<void>;
}
