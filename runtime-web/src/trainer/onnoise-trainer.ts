/** The module worker of `createTrainer`. As in onnoise-worker.ts, onnxruntime-web may start its threads from this file, too. */
import type { MessageEnd } from '../loading/protocol.ts';
import type { FromTrainer, ToTrainer } from './protocol.ts';
import { serveTrainer } from './serve.ts';

const THREAD = 'em-pthread';

const scope = globalThis as unknown as MessageEnd<FromTrainer, ToTrainer> & { name: string };

if (scope.name.startsWith(THREAD)) void import('onnxruntime-web/wasm');
else serveTrainer(scope);
