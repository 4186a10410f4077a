/** What the views share: the models, the chosen one and its state, the device, the sampler, the address. */

import lines from 'virtual:onnoise/models';
import type { ModelInfo, SamplingWorker } from '@onnoise/runtime-web';
import { effect, signal, untracked } from '@preact/signals';
import { recall, remember } from './memory.ts';
import type { BesidePictures } from './model-line.ts';
import {
  createLoader,
  DEVICES,
  type DeviceChoice,
  type Loaded,
  type ModelEntry,
  nextOwnId,
  shippedEntry,
} from './models.ts';
import { route } from './router.ts';

/**
 * The page's sampler. The first call fetches its code and starts its Worker, so the page appears before them. After a
 * Worker has broken down, for example out of memory, the next load starts another.
 */

const startWorker = async () => (await import('@onnoise/runtime-web/worker')).createSamplingWorker();

function lazySamplingWorker(create: () => Promise<SamplingWorker> = startWorker): SamplingWorker {
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

export { announce } from './announce.ts';
export type { DeviceChoice, ModelEntry } from './models.ts';
export { type Loaded, sentence } from './models.ts';
export { go, linkTo, type Route, route, type View } from './router.ts';

/** Where the build writes the first view, nothing is fetched. */
const page = typeof document === 'undefined' ? 'https://page.invalid/' : document.baseURI;

/** The shipped ones, then the visitor's own. Never empty: the build refuses a page without a model. */
export const models = signal<ModelEntry[]>(lines.map((line) => shippedEntry(line, page)));

/** The chosen model. Setting it does not load it: `useModel` does. */
export const current = signal<ModelEntry>(models.peek()[0]!);

export const loaded = signal<Loaded>({ state: 'none' });

/** The visitor's choice, kept in this browser; `loaded` has the device in use. */
export const device = signal<DeviceChoice>(recall('device', DEVICES, 'auto'));
effect(() => remember('device', device.value));

/** The page's sampler. Its Worker starts with the first call. */
export const samplingWorker: SamplingWorker = lazySamplingWorker();

const load = createLoader(samplingWorker, loaded);

/**
 * Chooses a model, by default the current one, and loads it on the chosen device; returns at once if it is loaded.
 * @param after what the network waits for once it is downloaded, unless it is asked for without
 * @throws InputError, whose sentence is also in `loaded`; AbortError if another model was requested meanwhile.
 */
export function useModel(entry: ModelEntry = current.peek(), after?: Promise<unknown>): Promise<ModelInfo> {
  current.value = entry;
  return load(entry, device.peek(), after);
}

/** Adds a visitor's model folder and chooses it; `useModel` checks it. */
export function addModel(
  opened: Required<Pick<ModelEntry, 'title' | 'shape' | 'files' | 'figures'>> & BesidePictures,
): ModelEntry {
  const entry: ModelEntry = { id: nextOwnId(models.peek()), ...opened, note: 'your files', own: true };
  models.value = [...models.peek(), entry];
  current.value = entry;
  return entry;
}

/** A link may name the model: `#/sample?model=digits`. */
effect(() => {
  const id = route.value.query.get('model');
  untracked(() => {
    const named = models.value.find((entry) => entry.id === id);
    if (named) current.value = named;
  });
});
