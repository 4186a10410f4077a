/** The network on WebAssembly: the scheduler's loop calls onnxruntime-web. */
import type { Artefact } from '@onnoise/scheduler/model';
import type { Ort } from '../session/ort.ts';
import { openSession } from '../session/session.ts';
import type { Network } from './network.ts';
import { sampleOnWasm } from './wasm-loop.ts';

/** @throws InputError for a file that is not a network of this shape. */
export async function openWasm(ort: Ort, onnx: Uint8Array, artefact: Artefact): Promise<Network> {
  const providers = [{ name: 'wasm' }] as const;
  const session = await openSession(ort, onnx, 'wasm', artefact, { executionProviders: providers });
  return {
    providers,
    sample: (request, hooks) => sampleOnWasm(ort, session, artefact, request, hooks),
    dispose: () => session.release(),
  };
}
