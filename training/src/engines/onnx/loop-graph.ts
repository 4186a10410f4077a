/**
 * Several steps in one call: a Loop whose body is a flat step. Between the steps the state stays where the loop runs, so a device
 * whose tensors JavaScript cannot hold, as CUDA's, copies it once for all steps and not for each.
 *
 * Inputs are the vectors, the number of steps, and each input of a step with an axis more, [K, ...]: the step i reads the row i.
 * Outputs are `next.<vector>`, and `loss` and `gradNorm` of each step.
 */
import type { FileGraph, Graph, Node, Port } from '@onnoise/tracer';
import type { FlatStep } from '../../step/flat-step.ts';
import { flatStepGraph } from './graphs.ts';
import { nextOf } from './tensors.ts';

/** The input that holds the number of steps, at most as many as there are rows. */
export const STEPS = 'steps';
export const rowsOf = (name: string): string => `rows.${name}`;
const OUTCOMES = ['loss', 'gradNorm'] as const;

const PLACE = 'loop.place';
const GOES_ON = 'loop.goes_on';

/** @param rows K, the most steps of a call */
export function loopGraph(step: FlatStep, rows: number): Graph {
  const body = flatStepGraph(step);
  const vectors = step.state.map(({ name, shape }): Port => ({ name, dtype: 'float32', dims: shape }));
  const scalar = (name: string, dtype: Port['dtype']): Port => ({ name, dtype, dims: [] });
  const read = step.inputs.map(({ name }): Node => {
    const inputs = [rowsOf(name), PLACE];
    return {
      name: `${name}/Gather`,
      op: 'Gather',
      domain: '',
      inputs,
      outputs: [name],
      attributes: { axis: { int: 0 } },
    };
  });
  const goOn = node('Identity', [GOES_ON], [`${GOES_ON}.next`]);
  const after = vectors.map((vector): Port => ({ ...vector, name: nextOf(vector.name) }));
  const inside: FileGraph = {
    name: body.name,
    inputs: [scalar(PLACE, 'int64'), scalar(GOES_ON, 'bool'), ...vectors],
    outputs: [scalar(`${GOES_ON}.next`, 'bool'), ...after, ...OUTCOMES.map((name) => scalar(name, 'float32'))],
    nodes: [goOn, ...read, ...body.nodes],
    constants: body.constants,
  };
  const start = (name: string) => `start.${name}`;
  const results = [...after.map(({ name }) => name), ...OUTCOMES];
  const loop = node('Loop', [STEPS, '', ...vectors.map(({ name }) => start(name))], results);
  loop.attributes = { body: { graph: inside } };
  const stacked = step.inputs.map(({ name, shape, dtype }): Port => {
    return { name: rowsOf(name), dtype, dims: [rows, ...shape] };
  });
  const outcomes = OUTCOMES.map((name): Port => ({ name, dtype: 'float32', dims: ['taken'] }));
  return {
    name: 'training_steps',
    inputs: [scalar(STEPS, 'int64'), ...vectors.map((vector) => ({ ...vector, name: start(vector.name) })), ...stacked],
    outputs: [...after, ...outcomes],
    nodes: [loop],
    constants: new Map(),
    types: new Map(),
  };
}

const node = (op: string, inputs: string[], outputs: string[]): Node => {
  return { name: `steps/${op}`, op, domain: '', inputs, outputs, attributes: {} };
};
