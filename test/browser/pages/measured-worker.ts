/** The sampling worker with a measure of threads that is made up: its name says what the processor is like. */

import type { FromPage, FromWorker, MessageEnd } from '#runtime-web/loading/protocol.ts';
import { createThreadLimit } from '#runtime-web/threads/choose.ts';
import { serve } from '#runtime-web/worker/serve.ts';

const scope = globalThis as unknown as MessageEnd<FromWorker, FromPage> & { name: string };
const timeOf = (threads: number) => (scope.name === 'busy' ? threads : 1 / threads);

serve(
  scope,
  createThreadLimit(async (candidates) => candidates.map(timeOf)),
);
