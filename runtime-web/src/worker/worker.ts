/** The module worker of `createSampler`. */
import type { FromPage, FromWorker, Port } from './protocol.ts';
import { serve } from './serve.ts';

serve(globalThis as unknown as Port<FromWorker, FromPage>);
