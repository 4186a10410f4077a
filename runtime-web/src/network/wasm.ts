/** The network on WebAssembly: the scheduler's loop calls onnxruntime-web. */
import { type Artefact, sizeOf } from '@onnoise/scheduler/model';
import type { Ort } from '../session/ort.ts';
import { openSession } from '../session/session.ts';
import { latentsIn } from './coder.ts';
import type { Decode, Network, StepHooks } from './network.ts';
import { sampleOnWasm } from './wasm-loop.ts';

/** @throws InputError for a file that is not a network of this shape. */
export async function openWasm(ort: Ort, onnx: Uint8Array, artefact: Artefact): Promise<Network> {
  const providers = [{ name: 'wasm' }] as const;
  const session = await openSession(ort, onnx, 'wasm', artefact, { executionProviders: providers });
  const { autoencoder, shape } = artefact;
  const pictures = (drawn: Float32Array, decode: Decode) =>
    decode(latentsIn(ort, drawn, shape, autoencoder!), drawn.length / sizeOf(shape));
  return {
    providers,
    async sample(request, { decode, onStep, ...hooks }) {
      if (!decode) return sampleOnWasm(ort, session, artefact, request, { onStep, ...hooks });
      const decoded: StepHooks['onStep'] =
        onStep &&
        (async ({ x, x0, ...progress }) => {
          const end = x0.slice(); // the loop goes on with its own
          const now = await pictures(x, decode);
          await onStep({ ...progress, x: now, x0: await pictures(end, decode) });
        });
      return pictures(await sampleOnWasm(ort, session, artefact, request, { onStep: decoded, ...hooks }), decode);
    },
    dispose: () => session.release(),
  };
}
