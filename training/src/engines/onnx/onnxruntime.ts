/**
 * The default engine: onnxruntime-node runs the training step, traced into one ONNX graph (forward, backward, clip,
 * Adam, EMA). It needs nothing but npm.
 *
 * State lives in two sets of buffers that swap roles each step: a step reads one and writes the other in place, so it
 * allocates nothing of the model's size (run-into.ts).
 */

import { usableCores } from '@onnoise/runtime-node/cores';
import { type Graph, joinPorts } from '@onnoise/tracer';
import type { StepParts, StepTensor, TrainEngine, TrainStep } from '../../step/contracts.ts';
import { countParts, inputsOfPart } from '../../step/parts.ts';
import { blockSize } from './block-size.ts';
import { createParallel, partsForCores } from './parallel-parts.ts';
import { createSums } from './parallel-sums.ts';
import { runInto } from './run-into.ts';
import { sessionOf } from './session.ts';
import { fromStored, type Orders, toStored } from './stored-order.ts';
import { buffers, feeds, nextOf, once, only, prefixed, type Tensors, tensor } from './tensors.ts';
import { traceParts } from './trace-parts.ts';
import { type Form, formOf, isWide, type Program, traceStored, traceTurned } from './trace-stored.ts';

/** The step as a graph: state and inputs in, `next.<state>`, `loss` and `gradNorm` out. */
export function traceStep(step: TrainStep, form: Form = formOf(isWide(step.state))): Graph {
  return traceTurned(
    (tensors) => {
      const { state, outputs } = step.run(tensors, tensors);
      return { ...outputs, ...prefixed(state) };
    },
    [...step.state, ...step.inputs],
    { name: 'training_step', ...form },
  );
}

/** @param wide takes the form for wide networks */
export async function createOnnxruntimeEngine(
  step: TrainStep,
  state: ReadonlyMap<string, Float32Array>,
  wide = isWide(step.state),
): Promise<TrainEngine> {
  const program = await createProgram(step, wide);
  // No closure here may hold the initial state: it is as large as the buffers.
  let current = buffers(step.state, program.joined);
  let spare = buffers(step.state, program.joined);
  fill(current, step.state, state, program.orders);
  const scalars: Tensors = { loss: tensor([], new Float32Array(1)), gradNorm: tensor([], new Float32Array(1)) };
  const resultsIn = once((set: Tensors): Tensors => ({ ...scalars, ...prefixed(set) }));

  return {
    name: 'onnxruntime (cpu)',
    depth: 1,
    async step(inputs) {
      await program.run(current, inputs, resultsIn(spare));
      [current, spare] = [spare, current];
      return { loss: scalars.loss!.data[0] as number, gradNorm: scalars.gradNorm!.data[0] as number };
    },
    async readState() {
      return new Map(
        step.state.map((spec) => {
          const stored = current[spec.name]!.data as Float32Array;
          const values = fromStored(spec, stored, program.orders);
          return [spec.name, values === stored ? stored.slice() : values];
        }),
      );
    },
    async writeState(values) {
      fill(current, step.state, values, program.orders);
    },
    async dispose() {
      current = {};
      spare = {};
      await program.release();
    },
  };
}

function fill(
  tensors: Tensors,
  specs: readonly StepTensor[],
  values: ReadonlyMap<string, Float32Array>,
  orders: Orders,
): void {
  for (const spec of specs)
    (tensors[spec.name]!.data as Float32Array).set(toStored(spec, values.get(spec.name)!, orders));
}

async function createProgram(step: TrainStep, wide: boolean): Promise<Program> {
  const { accumulated } = step;
  const form = formOf(wide, await blockSize());
  if (accumulated) {
    if (!wide && accumulated.count === undefined && usableCores() > 1) return createSums(step, accumulated, form);
    const { graphs, orders } = traceStored(form, (form) => traceParts({ ...step, accumulated }, form));
    return createParts(accumulated, graphs, orders);
  }
  const parts = wide ? undefined : partsForCores(step);
  if (parts) return createParallel(step, parts);
  const { graphs, orders } = traceStored(form, (form) => ({ step: traceStep(step, form) }));
  const joined = joinPorts(graphs.step, nextOf);
  const session = await sessionOf(graphs.step);
  const written = once((outputs: Tensors) => only(outputs, session.outputNames));
  return {
    joined,
    orders,
    async run(state, inputs, outputs) {
      await runInto(session, { ...state, ...feeds(step.inputs, inputs) }, written(outputs));
    },
    release: () => session.release(),
  };
}

/** The totals, too, are two sets of buffers that swap roles. */
async function createParts(parts: StepParts, graphs: ReturnType<typeof traceParts>, orders: Orders): Promise<Program> {
  const joined = joinPorts(graphs.update, nextOf);
  const [add, update] = [await sessionOf(graphs.add), await sessionOf(graphs.update)];
  let totals = buffers(parts.gives);
  let spare = buffers(parts.gives);
  const added = once((state: Tensors) => only(state, add.inputNames));
  const raised = once((totals: Tensors) => prefixed(totals));
  const read = once((state: Tensors) => only(state, update.inputNames));
  const written = once((outputs: Tensors) => only(outputs, update.outputNames));
  return {
    joined,
    orders,
    async run(state, inputs, outputs) {
      for (const [name, { data }] of Object.entries(totals)) {
        const values = data as Float32Array;
        const start = (state[name]?.data ?? inputs[name]) as Float32Array | undefined;
        if (start) values.set(start);
        else values.fill(0);
      }
      for (let number = 0, count = countParts(inputs, parts); number < count; number++) {
        const given = feeds(parts.inputs, inputsOfPart(inputs, parts, number));
        await runInto(add, { ...added(state), ...totals, ...given }, raised(spare));
        [totals, spare] = [spare, totals];
      }
      const given = { ...read(state), ...totals, ...feeds(parts.scalars, inputs) };
      await runInto(update, given, written(outputs));
    },
    async release() {
      [totals, spare] = [{}, {}];
      await add.release();
      await update.release();
    },
  };
}
