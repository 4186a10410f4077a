/**
 * A step in shards of its batch, one for each core. onnxruntime spreads every operator over all cores and waits for the
 * slowest each time, and what one core has written the other must fetch. Small operators lose most of the second core
 * by it; shards wait for each other once a step.
 *
 * Every shard has the weights and gradients of its own, so wide networks are not cut.
 */
import { availableParallelism } from 'node:os';
import { joinPorts } from '@onnoise/tracer';
import type { StepInputs, StepParts, TrainStep } from '../../step/contracts.ts';
import { inputsOfPart, meanOf } from '../../step/parts.ts';
import { blockSize } from './block-size.ts';
import type { Program } from './program.ts';
import { runInto } from './run-into.ts';
import { encodeProgram, openSession } from './session.ts';
import { bytesOf, startShard, viewsOf } from './shard-thread.ts';
import { NONE } from './stored-order.ts';
import { feeds, nextOf, once, only, prefixed, type Tensors } from './tensors.ts';
import { formOf, traceTurned } from './trace-stored.ts';
import { isWide } from './wide.ts';

/** A smaller shard spends its time on the fixed cost of its operators. */
const LEAST_IMAGES = 4;
const MOST_SHARDS = 16;

/** The step in shards for so many cores; undefined if they do not suit it. */
export function shardsOf(step: TrainStep, cores = availableParallelism()): StepParts | undefined {
  const images = step.inputs.find(({ name }) => name === 'images')!.shape[0]!;
  if (!step.cut || isWide(step.state)) return undefined;
  for (let count = Math.min(cores, MOST_SHARDS, Math.floor(images / LEAST_IMAGES)); count > 1; count--) {
    if (images % count === 0) return step.cut(count);
  }
  return undefined;
}

/** The parts of the step as graphs: the gradients of a shard, and the update from those of all. */
function traceShards({ state }: TrainStep, shards: StepParts, block: number | undefined) {
  const form = formOf(false, block);
  const gradients = traceTurned(
    (tensors) => shards.differentiate(tensors, tensors),
    [...shards.weights, ...shards.inputs],
    {
      name: 'gradients',
      ...form,
    },
  );
  const numbers = Array.from({ length: shards.count }, (_, number) => number);
  const update = traceTurned(
    (tensors) => {
      const parts = numbers.map((number) =>
        Object.fromEntries(shards.gives.map(({ name }) => [name, tensors[ofShard(name, number)]!])),
      );
      const { state: after, outputs } = shards.update(tensors, meanOf(parts), tensors);
      return { ...outputs, ...prefixed(after) };
    },
    [...state, ...numbers.flatMap((number) => givenBy(shards, number)), ...shards.scalars],
    { name: 'update', ...form },
  );
  return { gradients, update };
}

const ofShard = (name: string, number: number): string => `${name}.${number}`;
const givenBy = ({ gives }: StepParts, number: number) =>
  gives.map((spec) => ({ ...spec, name: ofShard(spec.name, number) }));

export async function createSharded(step: TrainStep, shards: StepParts): Promise<Program> {
  const graphs = traceShards(step, shards, await blockSize());
  const joined = joinPorts(graphs.update, nextOf);
  const program = encodeProgram(graphs.gradients);
  const threads = Math.max(1, Math.floor(availableParallelism() / shards.count));
  const weights = new SharedArrayBuffer(bytesOf(shards.weights));
  const shared = viewsOf(weights, shards.weights);
  const { inputs, gives } = shards;
  const options = { program, threads, weights: shards.weights, inputs, gives };
  const others = await Promise.all(Array.from({ length: shards.count - 1 }, () => startShard(options, weights)));
  const own = await openSession(program, threads);
  // More threads would spin after the update, on the cores that the next shards need.
  const update = await openSession(encodeProgram(graphs.update), 1);
  const given = feeds(gives, viewsOf(new ArrayBuffer(bytesOf(gives)), gives));
  const mine = renamed(given, 0);
  const theirs = others.map((_, i) => once((part: StepInputs) => renamed(feeds(gives, part), i + 1)));
  const weightsOf = once((state: Tensors) => shards.weights.map(({ name }) => [shared[name]!, state[name]!] as const));
  const differentiated = once((state: Tensors) => only(state, own.inputNames));
  const updated = once((state: Tensors) => only(state, update.inputNames));
  const written = once((outputs: Tensors) => only(outputs, update.outputNames));
  return {
    joined,
    orders: NONE,
    async run(state, whole, outputs) {
      for (const [values, { data }] of weightsOf(state)) values.set(data as Float32Array);
      for (const [i, other] of others.entries()) other.begin(inputsOfPart(whole, shards, i + 1));
      const read = { ...differentiated(state), ...feeds(inputs, inputsOfPart(whole, shards, 0)) };
      // A shard that fails here must not leave the others at work.
      const error = await runInto(own, read, given).then(
        () => undefined,
        (error: Error) => error,
      );
      const parts = await Promise.all(others.map((other) => other.end()));
      const failed = [error, ...parts].find((part) => part instanceof Error);
      if (failed) throw failed;
      const gradients = Object.assign({}, mine, ...parts.map((part, i) => theirs[i]!(part as StepInputs)));
      await runInto(update, { ...updated(state), ...gradients, ...feeds(shards.scalars, whole) }, written(outputs));
    },
    async release() {
      await Promise.all(others.map((other) => other.stop()));
      await own.release();
      await update.release();
    },
  };
}

const renamed = <T>(tensors: Record<string, T>, number: number): Record<string, T> =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [ofShard(name, number), tensor]));
