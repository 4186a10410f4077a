/**
 * A private step: its images are parts of one each, whose number is not known before. The cores take one at a time, and this thread adds
 * up what they give, in the order of the images. Small operators of one image gain little from a second core, so a core each gains more.
 */
import { usableCores } from '@onnoise/runtime-node/cores';
import { type Graph, joinPorts } from '@onnoise/tracer';
import type { StepInputs, StepParts, TrainStep } from '../../step/contracts.ts';
import { countParts, inputsOfPart } from '../../step/parts.ts';
import { startCores } from './cores.ts';
import { graphBytes } from './graph-memory.ts';
import { machineMemory } from './machine-memory.ts';
import { runInto } from './run-into.ts';
import { sessionOf } from './session.ts';
import { NONE } from './stored-order.ts';
import { buffers, feeds, nextOf, once, only, type Tensors } from './tensors.ts';
import { traceGradients, traceUpdate } from './trace-parts.ts';
import { type Form, isWide, type Program } from './trace-stored.ts';

const MOST_CORES = 16;

/** How many have a session of the gradients, which half of the free memory must hold: 1 where a step is not private or its network wide. */
export function coresOfSums(
  { state, accumulated }: Pick<TrainStep, 'state' | 'accumulated'>,
  gradients: Graph,
): number {
  if (accumulated?.count !== undefined || isWide(state)) return 1;
  const { state: ports, step } = graphBytes(gradients);
  const room = Math.floor(machineMemory().free / 2 / (ports + step));
  return Math.max(1, Math.min(usableCores(), MOST_CORES, room));
}

export async function createSums(step: TrainStep, parts: StepParts, form: Form): Promise<Program> {
  const gradients = traceGradients(parts, form);
  const cores = coresOfSums(step, gradients);
  const graph = traceUpdate(step, parts, form);
  const joined = joinPorts(graph, nextOf);
  const images = await startCores(gradients, parts, { count: cores, threads: Math.floor(usableCores() / cores) });
  const update = await sessionOf(graph);
  const totals = buffers(parts.gives);
  const read = once((state: Tensors) => only(state, update.inputNames));
  const written = once((outputs: Tensors) => only(outputs, update.outputNames));
  return {
    joined,
    orders: NONE,
    async run(state, inputs, outputs) {
      for (const [name, { data }] of Object.entries(totals)) {
        const start = inputs[name];
        if (start) (data as Float32Array).set(start as Float32Array);
        else (data as Float32Array).fill(0);
      }
      const count = countParts(inputs, parts);
      for (let first = 0; first < count; first += cores) {
        const round = Array.from({ length: Math.min(cores, count - first) }, (_, i) =>
          inputsOfPart(inputs, parts, first + i),
        );
        for (const given of await images.run(state, round)) addTo(totals, given, parts.share);
      }
      await runInto(update, { ...read(state), ...totals, ...feeds(parts.scalars, inputs) }, written(outputs));
    },
    async release() {
      await images.release();
      await update.release();
    },
  };
}

function addTo(totals: Tensors, given: StepInputs, share: number): void {
  for (const [name, { data }] of Object.entries(totals)) {
    const [sums, values] = [data as Float32Array, given[name] as Float32Array];
    for (let i = 0; i < sums.length; i++) sums[i] = sums[i]! + Math.fround(share * values[i]!); // as a graph rounds
  }
}
