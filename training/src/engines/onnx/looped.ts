/**
 * Steps in groups, each one call: see loop-graph.ts. It is for CUDA, where the state would otherwise cross the bus twice for
 * each step, and runs on any provider. Steps that are asked for wait for others, up to `GROUP` or until no more come.
 */

import * as ort from '@onnoise/runtime-node/onnxruntime';
import { sizeOf } from '@onnoise/scheduler/model';
import { packState, type StepInputs, unpackState } from '@onnoise/scheduler/training';
import { encodeModel } from '@onnoise/tracer';
import type { StepResult, StepTensor, TrainEngine, TrainStep } from '../../step/contracts.ts';
import { flatOf } from './graphs.ts';
import { loopGraph, rowsOf, STEPS } from './loop-graph.ts';
import { openOn } from './session.ts';
import { nextOf, tensor } from './tensors.ts';

/** Steps of a call, at most. */
const GROUP = 8;
/** Milliseconds without another step after which a group starts. */
const PATIENCE = 5;

interface Asked {
  inputs: StepInputs;
  resolve(result: StepResult): void;
  reject(error: unknown): void;
}

/** @param provider of onnxruntime: `cuda`, `cpu` */
export async function createLoopedEngine(
  step: TrainStep,
  state: ReadonlyMap<string, Float32Array>,
  provider: 'cuda' | 'cpu',
): Promise<TrainEngine> {
  const flat = flatOf(step);
  const session = await openOn(provider, encodeModel(loopGraph(flat, GROUP)), { executionProviders: [provider] });
  let vectors: ReadonlyMap<string, Float32Array> = packState(flat.layout, state);
  const waiting: Asked[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let under: Promise<void> = Promise.resolve();

  async function runGroup(group: readonly Asked[]): Promise<void> {
    const held = [...vectors].map(([name, data]) => [`start.${name}`, tensor([data.length], data)] as const);
    const rows = step.inputs.map((spec) => [rowsOf(spec.name), stacked(spec, group)] as const);
    const steps = new ort.Tensor('int64', BigInt64Array.of(BigInt(group.length)), []);
    const results = await session.run({ [STEPS]: steps, ...Object.fromEntries([...held, ...rows]) });
    vectors = new Map(flat.state.map(({ name }) => [name, results[nextOf(name)]!.data as Float32Array]));
    const [losses, norms] = [results.loss!.data, results.gradNorm!.data] as [Float32Array, Float32Array];
    for (const [i, { resolve }] of group.entries()) resolve({ loss: losses[i]!, gradNorm: norms[i]! });
  }

  /** Runs all that wait, after what is under way. */
  function flush(): Promise<void> {
    clearTimeout(timer);
    const group = waiting.splice(0);
    if (group.length === 0) return under;
    under = under
      .then(() => runGroup(group))
      .catch((error: unknown) => {
        for (const { reject } of group) reject(error);
      });
    return under;
  }

  return {
    name: `onnxruntime (${provider}, ${GROUP} steps a call)`,
    depth: GROUP,
    step: (inputs) =>
      new Promise((resolve, reject) => {
        waiting.push({ inputs, resolve, reject });
        clearTimeout(timer);
        if (waiting.length === GROUP) void flush();
        else timer = setTimeout(() => void flush(), PATIENCE);
      }),
    async readState() {
      await flush();
      return unpackState(flat.layout, vectors);
    },
    async writeState(values) {
      await flush();
      vectors = packState(flat.layout, values);
    },
    async dispose() {
      await flush();
      await session.release();
    },
  };
}

/** An input of all steps of a group, [K, ...]; the rows of steps that there are not are 0. */
function stacked({ name, shape, dtype }: StepTensor, group: readonly Asked[]): ort.Tensor {
  const size = sizeOf(shape);
  const rows = dtype === 'int32' ? new Int32Array(GROUP * size) : new Float32Array(GROUP * size);
  for (const [i, { inputs }] of group.entries()) {
    const values = inputs[name];
    if (!values) throw new Error(`the training step lacks its input ${name}`);
    rows.set(values, i * size);
  }
  return tensor([GROUP, ...shape], rows);
}
