/**
 * A sampler on the small runtime for as long as that lasts. Once it has stopped, a worker with the whole one takes its place, loads the
 * model again, and answers what was asked: callers see one sampler, and wait for a second download.
 */
import type { SmallRuntime } from '../session/small-runtime.ts';
import { RuntimeStopped, type SamplingWorker } from './client.ts';

type Load = Parameters<SamplingWorker['load']>;

/** @param start a worker of the whole runtime, or of a small one */
export function smallFirst(start: (small?: SmallRuntime) => SamplingWorker, small: SmallRuntime): SamplingWorker {
  let sampler = start(small);
  let loaded: Load | undefined;
  /** Loads that model in a worker that has not. */
  let restore: (() => Promise<unknown>) | undefined;

  async function ask<T>(call: (sampler: SamplingWorker) => Promise<T>): Promise<T> {
    const asked = sampler;
    try {
      return await call(asked);
    } catch (error) {
      if (!(error instanceof RuntimeStopped)) throw error;
      if (asked === sampler) replace();
      return call(sampler);
    }
  }

  function replace(): void {
    const whole = start();
    const model = loaded;
    let restoring: Promise<unknown> | undefined;
    sampler = whole;
    restore =
      model &&
      (() => {
        restoring ??= whole.load(...model).catch((error: unknown) => {
          restoring = undefined; // a lost connection: the next call tries again
          throw error;
        });
        return restoring;
      });
  }

  return {
    load: async (source, options = {}) => {
      const info = await ask((on) => {
        restore = undefined;
        return on.load(source, options);
      });
      loaded = [source, { device: options.device }];
      return info;
    },
    sample: (request, { onStep, signal } = {}) => {
      let last = 0;
      return ask(async (on) => {
        await restore?.();
        return on.sample(request, {
          signal,
          ...(onStep && {
            onStep: (frame) => {
              if (frame.step <= last) return; // told before the runtime stopped
              last = frame.step;
              onStep(frame);
            },
          }),
        });
      });
    },
    run: (request, options) => ask((on) => on.run(request, options)),
    devices: () => ask((on) => on.devices()),
    dispose: () => sampler.dispose(),
  };
}
