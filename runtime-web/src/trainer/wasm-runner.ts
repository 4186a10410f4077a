/** The training step on WebAssembly. The state is a few arrays, which cross into onnxruntime's memory each step: milliseconds. */
import type { StepFile } from '@onnoise/scheduler/training';
import type { Tensor } from 'onnxruntime-web';
import type { Ort } from '../session/ort.ts';
import { nextOf, openStepSession, type State, type StepRunner } from './runner.ts';

export async function openWasmRunner(ort: Ort, graph: Uint8Array, file: StepFile, initial: State): Promise<StepRunner> {
  const session = await openStepSession(ort, graph, file, { executionProviders: [{ name: 'wasm' }] });
  const { vectors, inputs: specs } = file;
  let state: Record<string, Tensor> = {};
  const fill = (values: ReadonlyMap<string, Float32Array>) => {
    state = Object.fromEntries(
      vectors.map(({ name, size }) => [name, new ort.Tensor('float32', values.get(name)!, [size])]),
    );
  };
  fill(initial);

  return {
    async step(inputs) {
      const feeds = Object.fromEntries(
        specs.map(({ name, shape, dtype }) => [name, new ort.Tensor(dtype, inputs[name] as never, shape) as Tensor]),
      );
      const results = await session.run({ ...state, ...feeds });
      state = Object.fromEntries(vectors.map(({ name }) => [name, results[nextOf(name)]!]));
      return { loss: numberOf(results.loss!), gradNorm: numberOf(results.gradNorm!) };
    },
    async read(names = vectors.map(({ name }) => name)) {
      return new Map(names.map((name) => [name, (state[name]!.data as Float32Array<ArrayBuffer>).slice()]));
    },
    async write(values) {
      fill(new Map([...values].map(([name, vector]) => [name, vector.slice()])));
    },
    dispose: () => session.release(),
  };
}

const numberOf = ({ data }: Tensor): number => (data as Float32Array)[0]!;
