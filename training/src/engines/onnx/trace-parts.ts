/** The parts of an accumulated step as graphs. */
import type { Graph } from '@onnoise/tracer';
import type { StepParts, TrainStep } from '../../step/contracts.ts';
import { addPart } from '../../step/parts.ts';
import { prefixed } from './tensors.ts';
import { type Form, formOf, isWide, traceTurned } from './trace-stored.ts';

/** Totals after a small batch, and the update. */
export function traceParts(
  { accumulated: parts, ...step }: TrainStep & { accumulated: StepParts },
  form: Form = formOf(isWide(step.state)),
) {
  const add = traceTurned(
    (tensors) => prefixed(addPart(parts, tensors, parts.differentiate(tensors, tensors))),
    [...parts.weights, ...parts.gives, ...parts.inputs],
    { name: 'gradients', ...form },
  );
  return { add, update: traceUpdate(step, parts, form) };
}

/** What a part gives, without the totals. */
export const traceGradients = ({ differentiate, weights, inputs }: StepParts, form: Form): Graph =>
  traceTurned((tensors) => differentiate(tensors, tensors), [...weights, ...inputs], { name: 'gradients', ...form });

/** The update from the totals, which BatchNorm's statistics are among. */
export function traceUpdate({ state }: Pick<TrainStep, 'state'>, parts: StepParts, form: Form): Graph {
  const given = new Set(parts.gives.map(({ name }) => name));
  return traceTurned(
    (tensors) => {
      const { state, outputs } = parts.update(tensors, tensors, tensors);
      return { ...outputs, ...prefixed(state) };
    },
    [...state.filter(({ name }) => !given.has(name)), ...parts.gives, ...parts.scalars],
    { name: 'update', ...form },
  );
}
