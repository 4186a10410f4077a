/** The network on WebAssembly: the scheduler's loop calls onnxruntime-web. */
import {
  type Artefact,
  conditionRows,
  type Denoiser,
  denoiserOf,
  extraInputs,
  InputError,
  type InputTensor,
  inputTensors,
  nullRow,
  onnxReason,
  sampleImages,
} from '@onnoise/scheduler';
import type { InferenceSession } from 'onnxruntime-web';
import type { Network } from './network.ts';
import type { Ort } from './ort.ts';
import { openSession } from './session.ts';

/** @throws InputError for a file that is not a network of this shape. */
export async function openWasm(ort: Ort, onnx: Uint8Array, artefact: Artefact): Promise<Network> {
  const session = await openSession(ort, onnx, 'wasm', artefact, { executionProviders: [{ name: 'wasm' }] });
  const { shape } = artefact;
  const extra = extraInputs(artefact);
  return {
    sample: async ({ seeds, guidance, table, from, mask, ...conditions }, { onStep, wantsStep, signal }) => {
      const given = conditionRows(extra, conditions, seeds.length);
      const denoise = denoiserOf(given, { absent: nullRow(extra), guidance }, (rows) =>
        createDenoiser(ort, session, [rows.length, ...shape], inputTensors(extra, rows)),
      );
      const images = await sampleImages({
        table,
        shape,
        seeds,
        from,
        mask,
        denoise,
        onStep: (progress) => {
          const wanted = wantsStep?.(progress.step, progress.steps) ?? true;
          if (wanted) onStep?.(progress);
        },
        signal,
      });
      return images as Float32Array<ArrayBuffer>;
    },
    dispose: () => session.release(),
  };
}

function createDenoiser(ort: Ort, session: InferenceSession, dims: number[], inputs: readonly InputTensor[]): Denoiser {
  const [count] = dims as [number];
  const given = Object.fromEntries(
    inputs.map(({ name, type, values, dims }) => [name, new ort.Tensor(type, values, dims)]),
  );
  return async (x, timesteps) => {
    const sample = new ort.Tensor('float32', x, dims);
    const timestep = new ort.Tensor('float32', timesteps, [count]);
    const { out_sample: output } = await session.run({ sample, timestep, ...given }).catch((error: unknown) => {
      throw new InputError(
        `Cannot sample images: the network must run at timestep ${timesteps[0]}, received "${onnxReason(error)}".`,
        { cause: error },
      );
    });
    await nextTask();
    return output!.data as Float32Array;
  };
}

/** Lets messages in between steps: a run on WebAssembly blocks the thread, and awaiting its promise lets none in. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
