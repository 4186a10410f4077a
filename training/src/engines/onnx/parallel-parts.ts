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
import { startCores } from './cores.ts';
import { runInto } from './run-into.ts';
import { encodeProgram, openSession } from './session.ts';
import { NONE } from './stored-order.ts';
import { feeds, nextOf, once, only, prefixed, type Tensors } from './tensors.ts';
import { traceGradients } from './trace-parts.ts';
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
function traceSplitParts({ state }: TrainStep, split: CountedParts, block: number | undefined) {
  const form = formOf(false, block);
  const gradients = traceGradients(split, form);
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
  const graphs = traceSplitParts(step, split, await blockSize());
  const joined = joinPorts(graphs.update, nextOf);
  const { count, gives } = split;
  const threads = Math.max(1, Math.floor(usableCores() / count));
  const cores = await startCores(graphs.gradients, split, { count, threads });
  // More threads would spin after the update, on the cores that the next parts need.
  const update = await openSession(encodeProgram(graphs.update), 1);
  const numbers = Array.from({ length: count }, (_, number) => number);
  const tensorsOf = numbers.map((number) => once((part: StepInputs) => renamed(feeds(gives, part), number)));
  const updated = once((state: Tensors) => only(state, update.inputNames));
  const written = once((outputs: Tensors) => only(outputs, update.outputNames));
  return {
    joined,
    orders: NONE,
    async run(state, whole, outputs) {
      const parts = await cores.run(
        state,
        numbers.map((number) => inputsOfPart(whole, split, number)),
      );
      const gradients = Object.assign({}, ...parts.map((part, number) => tensorsOf[number]!(part)));
      await runInto(update, { ...updated(state), ...gradients, ...feeds(split.scalars, whole) }, written(outputs));
    },
    async release() {
      await cores.release();
      await update.release();
    },
  };
}

const renamed = <T>(tensors: Record<string, T>, number: number): Record<string, T> =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [ofPart(name, number), tensor]));
