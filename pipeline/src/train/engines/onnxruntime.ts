/**
 * The default engine: onnxruntime-node runs the training step, traced into one ONNX graph (forward, backward, clip,
 * Adam, EMA). It needs nothing but npm.
 *
 * State lives in two sets of buffers that swap roles each step: a step reads one and writes the other in place, so it
 * allocates nothing of the model's size (run-into.ts).
 */

import { blockConvolutions, encodeModel, type Graph, type Joined, joinPorts, trace } from '@onnoise/tracer';
import * as ort from 'onnxruntime-node';
import { sizeOf } from '../../shape.ts';
import { partOf } from '../accumulate.ts';
import type { AccumulatedStep, StepInputs, StepTensor, TrainEngine, TrainStep } from '../contracts.ts';
import { blockSize } from './block-size.ts';
import { returnNothing, runInto } from './run-into.ts';

const NEXT = 'next.';

/** The step as a graph: state and inputs in, `next.<state>`, `loss` and `gradNorm` out. */
export function traceStep(step: TrainStep): Graph {
  return trace(
    (tensors) => {
      const { state, outputs } = step.run(tensors, tensors);
      return { ...outputs, ...prefixed(state) };
    },
    [...step.state, ...step.inputs],
    { name: 'training_step' },
  );
}

/** The parts of an accumulated step as graphs: totals after a small batch, and the update. */
export function traceParts({ accumulated: parts, state }: TrainStep & { accumulated: AccumulatedStep }) {
  const add = trace(
    (tensors) => prefixed(parts.add(tensors, tensors, tensors)),
    [...parts.weights, ...parts.totals, ...parts.inputs],
    { name: 'gradients' },
  );
  // BatchNorm's statistics are in the totals.
  const given = new Set(parts.totals.map(({ name }) => name));
  const update = trace(
    (tensors) => {
      const { state, outputs } = parts.update(tensors, tensors, tensors);
      return { ...outputs, ...prefixed(state) };
    },
    [...state.filter(({ name }) => !given.has(name)), ...parts.totals, ...parts.scalars],
    { name: 'update' },
  );
  return { add, update };
}

const nextOf = (name: string): string => NEXT + name;

const prefixed = <T>(named: Record<string, T>): Record<string, T> =>
  Object.fromEntries(Object.entries(named).map(([name, value]) => [nextOf(name), value]));

type Tensors = Record<string, ort.Tensor>;

const only = (all: Tensors, names: readonly string[]): Tensors =>
  Object.fromEntries(names.filter((name) => all[name]).map((name) => [name, all[name]!]));

export async function createOnnxruntimeEngine(
  step: TrainStep,
  state: ReadonlyMap<string, Float32Array>,
): Promise<TrainEngine> {
  const program = await createProgram(step);
  // No closure here may hold the initial state: it is as large as the buffers.
  let current = buffers(step.state, program.joined, state);
  let spare = buffers(step.state, program.joined, new Map());
  const scalars: Tensors = { loss: tensor([], new Float32Array(1)), gradNorm: tensor([], new Float32Array(1)) };

  return {
    name: 'onnxruntime (cpu)',
    depth: 1,
    async step(inputs) {
      await program.run(current, inputs, { ...scalars, ...prefixed(spare) });
      [current, spare] = [spare, current];
      return { loss: scalars.loss!.data[0] as number, gradNorm: scalars.gradNorm!.data[0] as number };
    },
    async readState() {
      return new Map(step.state.map(({ name }) => [name, (current[name]!.data as Float32Array).slice()]));
    },
    async writeState(values) {
      for (const { name } of step.state) (current[name]!.data as Float32Array).set(values.get(name)!);
    },
    async dispose() {
      current = {};
      spare = {};
      await program.release();
    },
  };
}

/** A step: reads the state and the inputs, and writes loss, norm and next state into the given tensors. */
interface Program {
  /** Tensors of the state that it reads and writes as one vector. */
  joined: readonly Joined[];
  run(state: Tensors, inputs: StepInputs, outputs: Tensors): Promise<void>;
  release(): Promise<void>;
}

async function createProgram(step: TrainStep): Promise<Program> {
  const { accumulated } = step;
  if (accumulated) return createParts(accumulated, traceParts({ ...step, accumulated }));
  const graph = traceStep(step);
  const joined = joinPorts(graph, nextOf);
  const session = await sessionOf(graph);
  return {
    joined,
    async run(state, inputs, outputs) {
      await runInto(session, { ...state, ...feeds(step.inputs, inputs) }, only(outputs, session.outputNames));
    },
    release: () => session.release(),
  };
}

/** The totals, too, are two sets of buffers that swap roles. */
async function createParts(parts: AccumulatedStep, graphs: ReturnType<typeof traceParts>): Promise<Program> {
  const joined = joinPorts(graphs.update, nextOf);
  const [add, update] = [await sessionOf(graphs.add), await sessionOf(graphs.update)];
  let totals = buffers(parts.totals, [], new Map());
  let spare = buffers(parts.totals, [], new Map());
  return {
    joined,
    async run(state, inputs, outputs) {
      for (const [name, { data }] of Object.entries(totals)) {
        const values = data as Float32Array;
        if (state[name]) values.set(state[name].data as Float32Array);
        else values.fill(0);
      }
      for (let number = 0; number < parts.count; number++) {
        const given = feeds(parts.inputs, partOf(inputs, parts, number));
        await runInto(add, { ...only(state, add.inputNames), ...totals, ...given }, prefixed(spare));
        [totals, spare] = [spare, totals];
      }
      const given = { ...only(state, update.inputNames), ...totals, ...feeds(parts.scalars, inputs) };
      await runInto(update, given, only(outputs, update.outputNames));
    },
    async release() {
      [totals, spare] = [{}, {}];
      await add.release();
      await update.release();
    },
  };
}

async function sessionOf(graph: Graph): Promise<ort.InferenceSession> {
  const block = await blockSize();
  if (block) blockConvolutions(graph, block);
  returnNothing(graph);
  return ort.InferenceSession.create(encodeModel(graph), { logSeverityLevel: 3 });
}

const tensor = (shape: readonly number[], data: Float32Array | Int32Array): ort.Tensor =>
  data instanceof Int32Array ? new ort.Tensor('int32', data, shape) : new ort.Tensor('float32', data, shape);

/**
 * A buffer for every tensor of the state, filled from `initial` if that has it. Joined tensors are views of one buffer,
 * which is a tensor, too.
 */
function buffers(
  specs: readonly StepTensor[],
  joined: readonly Joined[],
  initial: ReadonlyMap<string, Float32Array>,
): Tensors {
  const sizes = new Map(specs.map(({ name, shape }) => [name, sizeOf(shape)]));
  const views = new Map<string, Float32Array>();
  const vectors = joined.map(({ name, members }) => {
    const vector = new Float32Array(members.reduce((sum, member) => sum + sizes.get(member)!, 0));
    let end = 0;
    for (const member of members) {
      const from = end;
      end += sizes.get(member)!;
      views.set(member, vector.subarray(from, end));
    }
    return [name, tensor([vector.length], vector)] as const;
  });
  const tensors = specs.map(({ name, shape }) => {
    const [view, values] = [views.get(name), initial.get(name)];
    if (view && values) view.set(values);
    return [name, tensor(shape, view ?? values?.slice() ?? new Float32Array(sizeOf(shape)))] as const;
  });
  return Object.fromEntries([...tensors, ...vectors]);
}

function feeds(specs: readonly StepTensor[], inputs: StepInputs): Tensors {
  return Object.fromEntries(
    specs.map(({ name, shape }) => {
      const data = inputs[name];
      if (!data) throw new Error(`the training step lacks its input ${name}`);
      return [name, tensor(shape, data)];
    }),
  );
}
