/** onnxruntime-web in Node: its bundle for browsers does not start there; the package's own build has the same WebAssembly. */
import { RUNTIMES } from '#runtime-web/session/ort.ts';

export function openOrtInNode(): void {
  RUNTIMES.wasm.url = () => new URL('data:application/wasm,'); // that build reads the file beside it
  RUNTIMES.wasm.open = async () => {
    const ort = await import('onnxruntime-web');
    return { ...ort, env: { ...ort.env, wasm: {} } };
  };
}
