/** The module worker of `createSamplingWorker`. */
import type { FromPage, FromWorker, MessageEnd } from './protocol.ts';
import { serve } from './serve.ts';

serve(globalThis as unknown as MessageEnd<FromWorker, FromPage>);
