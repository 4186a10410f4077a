/**
 * The model that the chapters look into, the shipped digits: what its folder says, and calls of its network on the
 * processor, in full precision.
 */

import type { LoadProgress } from '@onnoise/runtime-web';
import { openFolder, withSignal } from '@onnoise/runtime-web/parts';
import { makeSchedule, type Schedule } from '@onnoise/scheduler';
import {
  type Artefact,
  conditionRows,
  extraInputs,
  inputTensors,
  MODEL_FILES,
  readArtefact,
} from '@onnoise/scheduler/model';
import { signal } from '@preact/signals';
import { legibly, withTotal } from '../../state/loader.ts';
import { makesDigits } from '../../state/models.ts';
import { type ModelEntry, models, samplingWorker } from '../../state/store.ts';
import { settle, tell } from './trouble.ts';
import { useFetched } from './use-fetched.ts';

export interface Lesson extends Artefact {
  entry: ModelEntry;
  schedule: Schedule;
  /** Of unet/config.json. */
  unet: UnetConfig;
}

/** The network as its folder describes it; what is not used here is left out. */
export interface UnetConfig {
  block_out_channels: number[];
  /** Pixels a side that become one place with more channels, before the first layer. */
  patch_size?: number;
  layers_per_block: number;
  flip_sin_to_cos: boolean;
  freq_shift: number;
}

/** The first that makes digits: the chapters' pictures are digits. A student knows few timesteps, and chapters ask for any. */
function entryOf(): ModelEntry {
  const all = models.peek();
  const teachers = all.filter(({ distilled }) => !distilled);
  return teachers.find(makesDigits) ?? teachers[0] ?? all[0]!;
}

export const lesson = signal<Lesson | undefined>(undefined);
/** Of the network, until it has run once. */
export const progress = signal<LoadProgress | null>(null);

/** Reads the model's folder once. */
export const useLesson = (): Lesson | undefined => useFetched('model', lesson, () => readLesson(entryOf()));

/** Any model's folder. @throws InputError for what is no model folder, or cannot be fetched */
export async function readLesson(entry: ModelEntry): Promise<Lesson> {
  const read = withSignal(openFolder(entry.url ?? entry.files!), undefined);
  const artefact = await readArtefact(read);
  const unet = JSON.parse(new TextDecoder().decode((await read(MODEL_FILES.unet))!)) as UnetConfig;
  return { ...artefact, entry, unet, schedule: makeSchedule(artefact.scheduler) };
}

interface Asked {
  /** [N, C, H, W] */
  x: Float32Array;
  /** One for each picture. */
  timesteps: ArrayLike<number>;
  /** Modules whose outputs are wanted as well. */
  expose?: readonly string[] | undefined;
  /** Modules whose skips are cut. */
  cut?: readonly string[] | undefined;
  signal?: AbortSignal | undefined;
}

export interface Call extends Asked {
  timesteps: readonly number[];
  /** The class of all pictures, or of each; left out: none is given. */
  label?: number | readonly number[] | undefined;
}

export interface Answer {
  /** [N, C, H, W] */
  output: Float32Array<ArrayBuffer>;
  /** By module, [N, channels, height, width]. */
  modules: Readonly<Record<string, { data: Float32Array; dims: readonly number[] }>>;
}

/** What the network says. @throws InputError, whose sentence is also in `trouble`; AbortError. */
export function ask(lesson: Lesson, { label, ...call }: Call): Promise<Answer> {
  const { timesteps } = call;
  const labels = label === undefined ? {} : { labels: typeof label === 'number' ? timesteps.map(() => label) : label };
  return askRows(lesson, { ...call, rows: conditionRows(extraInputs(lesson), labels, timesteps.length) });
}

/** The same, where what the network is told of each picture is in rows. */
export async function askRows(
  { entry, shape, ...facts }: Lesson,
  { x, timesteps, rows, expose, cut, signal }: Asked & { rows: readonly Float32Array[] },
): Promise<Answer> {
  const count = timesteps.length;
  const extra = extraInputs(facts);
  const given = inputTensors(extra, rows).map(({ name, type, values, dims }) => [name, { type, data: values, dims }]);
  let over = false;
  try {
    const { out_sample: output, ...modules } = await samplingWorker.run(
      {
        id: entry.id,
        source: entry.url === undefined ? { kind: 'files', files: entry.files! } : { kind: 'url', url: entry.url },
        path: MODEL_FILES.network,
        ...(expose && { expose }),
        ...(cut && { cut }),
        feeds: {
          sample: { type: 'float32', data: Float32Array.from(x), dims: [count, ...shape] },
          timestep: { type: 'float32', data: Float32Array.from(timesteps), dims: [count] },
          ...Object.fromEntries(given),
        },
      },
      {
        signal,
        onProgress: legibly((now) => {
          if (!over) progress.value = withTotal(now, entry);
        }),
      },
    );
    settle('network');
    return { output: output!.data as Float32Array<ArrayBuffer>, modules: modules as Answer['modules'] };
  } catch (error) {
    if (!signal?.aborted) tell('network', error);
    throw error;
  } finally {
    over = true;
    progress.value = null;
  }
}
