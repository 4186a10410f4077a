/**
 * A step in parts of its batch, one for each core. onnxruntime spreads every operator over all cores and waits for the
 * slowest each time, and what one core has written the other must fetch. Small operators lose most of the second core
 * by it; parts wait for each other once a step.
 *
 * Every part has the weights and gradients of its own, so wide networks are not cut.
 */
import { usableCores } from '@onnoise/runtime-node/cores';
import { joinPorts } from '@onnoise/tracer';
import type { CountedParts, StepInputs, TrainStep } from '../../step/contracts.ts';
import { inputsOfPart, meanOf } from '../../step/parts.ts';
import { blockSize } from './block-size.ts';
import { bytesOf, startPart, viewsOf } from './part-thread.ts';
import { runInto } from './run-into.ts';
import { encodeProgram, openSession } from './session.ts';
import { NONE } from './stored-order.ts';
import { feeds, nextOf, once, only, prefixed, type Tensors } from './tensors.ts';
import { formOf, isWide, type Program, traceTurned } from './trace-stored.ts';

/** A smaller part spends its time on the fixed cost of its operators. */
const LEAST_IMAGES = 4;
const MOST_PARTS = 16;

/** The step in parts for so many cores; undefined if they do not suit it. */
export function partsForCores(step: TrainStep, cores = usableCores()): CountedParts | undefined {
  const images = step.inputs.find(({ name }) => name === 'images')!.shape[0]!;
  if (!step.cut || isWide(step.state)) return undefined;
  for (let count = Math.min(cores, MOST_PARTS, Math.floor(images / LEAST_IMAGES)); count > 1; count--) {
    if (images % count === 0) return step.cut(count);
  }
  return undefined;
}

/** The parts of the step as graphs: the gradients of a part, and the update from those of all. */
function traceParts({ state }: TrainStep, split: CountedParts, block: number | undefined) {
  const form = formOf(false, block);
  const gradients = traceTurned(
    (tensors) => split.differentiate(tensors, tensors),
    [...split.weights, ...split.inputs],
    {
      name: 'gradients',
      ...form,
    },
  );
  const numbers = Array.from({ length: split.count }, (_, number) => number);
  const update = traceTurned(
    (tensors) => {
      const parts = numbers.map((number) =>
        Object.fromEntries(split.gives.map(({ name }) => [name, tensors[ofPart(name, number)]!])),
      );
      const { state: after, outputs } = split.update(tensors, meanOf(parts), tensors);
      return { ...outputs, ...prefixed(after) };
    },
    [...state, ...numbers.flatMap((number) => givenBy(split, number)), ...split.scalars],
    { name: 'update', ...form },
  );
  return { gradients, update };
}

const ofPart = (name: string, number: number): string => `${name}.${number}`;
const givenBy = ({ gives }: CountedParts, number: number) =>
  gives.map((spec) => ({ ...spec, name: ofPart(spec.name, number) }));

export async function createParallel(step: TrainStep, split: CountedParts): Promise<Program> {
  const graphs = traceParts(step, split, await blockSize());
  const joined = joinPorts(graphs.update, nextOf);
  const program = encodeProgram(graphs.gradients);
  const threads = Math.max(1, Math.floor(usableCores() / split.count));
  const weights = new SharedArrayBuffer(bytesOf(split.weights));
  const shared = viewsOf(weights, split.weights);
  const { inputs, gives } = split;
  const options = { program, threads, weights: split.weights, inputs, gives };
  const others = await Promise.all(Array.from({ length: split.count - 1 }, () => startPart(options, weights)));
  const own = await openSession(program, threads);
  // More threads would spin after the update, on the cores that the next parts need.
  const update = await openSession(encodeProgram(graphs.update), 1);
  const given = feeds(gives, viewsOf(new ArrayBuffer(bytesOf(gives)), gives));
  const mine = renamed(given, 0);
  const theirs = others.map((_, i) => once((part: StepInputs) => renamed(feeds(gives, part), i + 1)));
  const weightsOf = once((state: Tensors) => split.weights.map(({ name }) => [shared[name]!, state[name]!] as const));
  const differentiated = once((state: Tensors) => only(state, own.inputNames));
  const updated = once((state: Tensors) => only(state, update.inputNames));
  const written = once((outputs: Tensors) => only(outputs, update.outputNames));
  return {
    joined,
    orders: NONE,
    async run(state, whole, outputs) {
      for (const [values, { data }] of weightsOf(state)) values.set(data as Float32Array);
      for (const [i, other] of others.entries()) other.begin(inputsOfPart(whole, split, i + 1));
      const read = { ...differentiated(state), ...feeds(inputs, inputsOfPart(whole, split, 0)) };
      // A part that fails here must not leave the others at work.
      const error = await runInto(own, read, given).then(
        () => undefined,
        (error: Error) => error,
      );
      const parts = await Promise.all(others.map((other) => other.end()));
      const failed = [error, ...parts].find((part) => part instanceof Error);
      if (failed) throw failed;
      const gradients = Object.assign({}, mine, ...parts.map((part, i) => theirs[i]!(part as StepInputs)));
      await runInto(update, { ...updated(state), ...gradients, ...feeds(split.scalars, whole) }, written(outputs));
    },
    async release() {
      await Promise.all(others.map((other) => other.stop()));
      await own.release();
      await update.release();
    },
  };
}

const renamed = <T>(tensors: Record<string, T>, number: number): Record<string, T> =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [ofPart(name, number), tensor]));
