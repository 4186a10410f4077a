/**
 * onnxruntime's WebGPU provider: GPUs of any vendor, with nothing but npm and the GPU's driver. The state stays on the GPU as
 * four vectors, each step's results are the next step's inputs, and only a batch goes up and two numbers come down.
 *
 * onnxruntime-node 1.30 cannot read a tensor back from the GPU (`getData` ends the process), so what leaves it goes through a
 * graph that copies. The layout NCHW is asked for: in the other, depthwise convolutions of some sizes give wrong numbers
 * (docs/training/engines.md).
 */

import type * as ort from '@onnoise/runtime-node/onnxruntime';
import { packState, unpackState } from '@onnoise/scheduler/training';
import { encodeModel, GraphBuilder } from '@onnoise/tracer';
import type { TrainEngine, TrainStep } from '../../step/contracts.ts';
import { flatOf, flatStepGraph } from './graphs.ts';
import { openOn } from './session.ts';
import { feeds, nextOf, type Tensors, tensor } from './tensors.ts';

/** The provider with its options, which the types of onnxruntime-node lack. */
const PROVIDER = { name: 'webgpu', preferredLayout: 'NCHW' } as ort.InferenceSession.ExecutionProviderConfig;

export async function createWebGpuEngine(
  step: TrainStep,
  state: ReadonlyMap<string, Float32Array>,
): Promise<TrainEngine> {
  const flat = flatOf(step);
  const names = flat.state.map(({ name }) => name);
  const session = await open(encodeModel(flatStepGraph(flat)), names.map(nextOf));
  const copier = await openCopier();
  let current = load(state);

  /** Vectors of the processor's memory: the first step takes them to the GPU. */
  function load(values: ReadonlyMap<string, Float32Array>): Tensors {
    const packed = packState(flat.layout, values);
    return Object.fromEntries(names.map((name) => [name, tensor([packed.get(name)!.length], packed.get(name)!)]));
  }

  function replace(next: Tensors): void {
    for (const old of Object.values(current)) if (old.location === 'gpu-buffer') old.dispose();
    current = next;
  }

  return {
    name: 'onnxruntime (webgpu)',
    depth: 1,
    async step(inputs) {
      const results = await session.run({ ...current, ...feeds(step.inputs, inputs) });
      replace(Object.fromEntries(names.map((name) => [name, results[nextOf(name)]!])));
      return { loss: results.loss!.data[0] as number, gradNorm: results.gradNorm!.data[0] as number };
    },
    async readState() {
      const vectors = new Map<string, Float32Array>();
      for (const name of names) vectors.set(name, await copier.copy(current[name]!));
      return unpackState(flat.layout, vectors);
    },
    async writeState(values) {
      replace(load(values));
    },
    async dispose() {
      replace({});
      await session.release();
      await copier.release();
    },
  };
}

const open = (graph: Uint8Array, onGpu: readonly string[]): Promise<ort.InferenceSession> =>
  openOn('WebGPU', graph, {
    executionProviders: [PROVIDER],
    preferredOutputLocation: Object.fromEntries(onGpu.map((name) => [name, 'gpu-buffer' as const])),
  });

/** A graph of one Identity, which brings a vector into the processor's memory. */
async function openCopier() {
  const b = new GraphBuilder('copy');
  const x = b.input('x', 'float32', [1]);
  const y = b.emit('Identity', [x], { dtype: 'float32', dims: [1] });
  b.graph.outputs.push({ name: y, dtype: 'float32', dims: ['n'] });
  b.graph.inputs[0]!.dims = ['n'];
  const session = await open(encodeModel(b.graph), []);
  return {
    async copy(vector: ort.Tensor): Promise<Float32Array> {
      if (vector.location !== 'gpu-buffer') return (vector.data as Float32Array).slice();
      return (await session.run({ x: vector }))[y]!.data as Float32Array;
    },
    release: () => session.release(),
  };
}
