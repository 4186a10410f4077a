/**
 * The page's sampler. The first call fetches its code and starts its Worker, so the page appears before them. After a
 * Worker has broken down, for example out of memory, the next load starts another.
 */
import type { SamplingWorker } from '@onnoise/runtime-web';

const startWorker = async () => (await import('./start.ts')).startWorker();

export function lazySamplingWorker(create: () => Promise<SamplingWorker> = startWorker): SamplingWorker {
  let started: Promise<SamplingWorker> | undefined;
  let failed = false;

  function end(): void {
    started?.then(
      (sampler) => sampler.dispose(),
      () => {},
    );
    started = undefined;
    failed = false;
  }

  function start(): Promise<SamplingWorker> {
    if (started) return started;
    const starting = create();
    started = starting;
    starting.catch(() => {
      if (started === starting) started = undefined; // a lost connection: the next call tries again
    });
    return starting;
  }

  return {
    async load(...args) {
      if (failed) end();
      const mine = start();
      try {
        return await (await mine).load(...args);
      } catch (error) {
        if (mine === started && (error as Error).name !== 'AbortError') failed = true;
        throw error;
      }
    },
    sample: async (...args) => (await start()).sample(...args),
    run: async (...args) => (await start()).run(...args),
    devices: async () => (await start()).devices(),
    dispose: end,
  };
}
