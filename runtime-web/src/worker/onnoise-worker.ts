/**
 * The module worker of `createSamplingWorker`.
 *
 * Where a bundler makes it one file, onnxruntime-web starts its threads from that file too, by its own name for them. They
 * belong to its build for WebAssembly: the others have one thread.
 */

import type { FromPage, FromWorker, MessageEnd } from '../loading/protocol.ts';
import { serve } from './serve.ts';

const THREAD = 'em-pthread';

const scope = globalThis as unknown as MessageEnd<FromWorker, FromPage> & { name: string };

if (scope.name.startsWith(THREAD)) void import('onnxruntime-web/wasm');
else serve(scope);
