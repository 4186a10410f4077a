/** A flat training step on onnxruntime, from its graph alone, as whoever has step.onnx and step.json runs it. */
import * as ort from 'onnxruntime-node';
import { type FlatLayout, packState, type StepInput, type StepInputs, unpackState } from '#scheduler/training/index.ts';

export async function openFlat(
  onnx: Uint8Array,
  layout: FlatLayout,
  inputs: readonly StepInput[],
  state: ReadonlyMap<string, Float32Array>,
) {
  const session = await ort.InferenceSession.create(onnx, { logSeverityLevel: 3 });
  let vectors = packState(layout, state);
  return {
    async step(values: StepInputs): Promise<{ loss: number; gradNorm: number }> {
      const feeds = inputs.map(({ name, shape, dtype }) => {
        const data = values[name];
        if (!data) throw new Error(`no input ${name}`);
        return [name, new ort.Tensor(dtype, data as never, shape)] as const;
      });
      const held = [...vectors].map(([name, data]) => [name, new ort.Tensor('float32', data, [data.length])] as const);
      const results = await session.run(Object.fromEntries([...held, ...feeds]));
      vectors = new Map(
        [...vectors.keys()].map((name) => [name, results[`next.${name}`]!.data as Float32Array<ArrayBuffer>]),
      );
      return { loss: results.loss!.data[0] as number, gradNorm: results.gradNorm!.data[0] as number };
    },
    state: () => unpackState(layout, vectors),
    release: () => session.release(),
  };
}
