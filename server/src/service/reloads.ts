/** Reloads of models and keys, in the log and the metrics. */
import type { EngineOptions, Supervisor } from '@onnoise/runtime-node/engine';
import type { FastifyBaseLogger } from 'fastify';
import type { ServerMetrics } from './metrics.ts';

/** @returns whether they were loaded: not where they are as they were. @throws what the reload throws */
export async function noteReload(
  log: FastifyBaseLogger,
  metrics: ServerMetrics,
  supervisor: Supervisor,
  folders: EngineOptions['models'],
): Promise<boolean> {
  const began = performance.now();
  try {
    const loaded = await supervisor.reload(folders);
    if (!loaded) {
      metrics.reloads.inc({ what: 'models', result: 'unchanged' });
      log.info('the models are as they were, and were not loaded again');
      return false;
    }
    const seconds = (performance.now() - began) / 1000;
    metrics.reloads.inc({ what: 'models', result: 'done' });
    metrics.reloadSeconds.observe(seconds);
    const models = supervisor.models.map(({ name, hash }) => ({ name, hash: `sha256:${hash}` }));
    log.info({ seconds, models }, 'the models were reloaded');
    return true;
  } catch (error) {
    metrics.reloads.inc({ what: 'models', result: 'failed' });
    log.error({ err: error }, 'the models could not be reloaded and stay as they were');
    throw error;
  }
}

/** @param error why the file of keys could not be read again */
export function noteKeys(log: FastifyBaseLogger, metrics: ServerMetrics, error?: unknown): void {
  metrics.reloads.inc({ what: 'keys', result: error === undefined ? 'done' : 'failed' });
  if (error === undefined) log.info('the keys were read again');
  else log.error({ err: error }, 'the keys could not be read again and stay as they were');
}
