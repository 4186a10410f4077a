/**
 * The model that the chapters look into, the shipped digits: what its folder says, and calls of its network on the
 * processor, in full precision. What could not be fetched or computed is a sentence, and all of it is tried again at once.
 */
import type { LoadProgress } from '@onnoise/runtime-web';
import { nextTask, openFolder, withSignal } from '@onnoise/runtime-web/parts';
import { type Level, makeSchedule, type PredictionType, predictionAt, type Schedule } from '@onnoise/scheduler';
import {
  type Artefact,
  conditionRows,
  extraInputs,
  inputTensors,
  MODEL_FILES,
  readArtefact,
} from '@onnoise/scheduler/model';
import { computed, type Signal, signal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import { legibly, makesDigits, withTotal } from '../../state/models.ts';
import { digitPicture, type Picture } from '../../state/picture.ts';
import { type ModelEntry, models, samplingWorker, sentence } from '../../state/store.ts';
import { firstPaint } from '../../state/tasks.ts';
import { type Digits, digits, fetchDigits } from '../forward/state/state.ts';

/** What a chapter needs: the model's folder, real digits, hands, phantoms of all ages, the answers of a network. */
type Need = 'model' | 'digits' | 'hands' | 'phantoms' | 'network';

const known = signal<Partial<Record<Need, string>>>({});

/** The first that is wrong. */
export const trouble = computed(() => {
  const [need, words] = Object.entries(known.value)[0] ?? [];
  return need === undefined ? null : { need: need as Need, words: words! };
});

/** How often the visitor has tried again: what is missing is fetched once for each. */
export const attempt = signal(0);

export function tell(need: Need, error: unknown): void {
  known.value = { ...known.peek(), [need]: sentence(error) };
}

/** It is there now, or no longer wanted. */
export function settle(need: Need): void {
  const { [need]: words, ...others } = known.peek();
  if (words !== undefined) known.value = others;
}

export function tryAgain(): void {
  known.value = {};
  attempt.value++;
}

const underWay = new Map<Need, Promise<void>>();

/** Fetches once what the chapters share, and again when the visitor tries again. What is wrong is in `trouble`. */
export function useFetched<T>(need: Need, place: Signal<T | null | undefined>, fetch: () => Promise<T>): T | undefined {
  const turn = attempt.value;
  useEffect(() => {
    if (place.peek()) return;
    let left = false;
    const begin = async () => {
      await firstPaint(); // on a slow phone effects run before it
      await fetchOnce(need, place, fetch);
    };
    begin().catch((error: unknown) => {
      if (!left) tell(need, error);
    });
    return () => {
      left = true;
      settle(need);
    };
  }, [turn]);
  return place.value ?? undefined;
}

function fetchOnce<T>(need: Need, place: Signal<T | null | undefined>, fetch: () => Promise<T>): Promise<void> {
  const fetchAndKeep = async () => {
    try {
      const fetched = await fetch();
      await nextTask(); // to read it took one, and to show it takes as long again
      place.value = fetched;
    } finally {
      underWay.delete(need);
    }
  };
  const running = underWay.get(need) ?? fetchAndKeep();
  underWay.set(need, running);
  return running;
}

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

interface Call extends Asked {
  timesteps: readonly number[];
  /** The class of all pictures, or of each; left out: none is given. */
  label?: number | readonly number[] | undefined;
}

interface Answer {
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

export interface Answered extends Answer {
  /** The question that it belongs to. */
  to: Call;
}

/** @param call undefined: nothing to ask. It must keep its identity as long as it is the same question. */
export function useAnswer(lesson: Lesson | undefined, call: Call | undefined): Answered | undefined {
  const [answer, setAnswer] = useState<Answered>();
  const latest = useRef<Call | undefined>(undefined);
  const busy = useRef(false);
  const turn = attempt.value;

  useEffect(() => {
    latest.current = call;
    if (!lesson || !call || busy.current || answer?.to === call) return;
    const run = async () => {
      busy.current = true;
      let asked: Call | undefined;
      try {
        while (latest.current && latest.current !== asked) {
          asked = latest.current;
          const to = asked;
          const answered = await ask(lesson, to);
          if (latest.current) setAnswer({ ...answered, to });
        }
      } catch {
        // `trouble` has the sentence
      } finally {
        busy.current = false;
      }
    };
    void run();
  }, [lesson, call, turn]);

  useEffect(
    () => () => {
      latest.current = undefined;
    },
    [],
  );
  return answer;
}

/** Real digits for the chapters. */

/** Fetches them once; the forward process shares them. */
export const useDigits = (): Digits | undefined => useFetched('digits', digits, fetchDigits);

/** How many there are. */
export const countOf = ({ bytes, width, height }: Digits): number => bytes.length / (width * height);

/** One of them, by its place. */
export const pictureAt = ({ bytes, width, height }: Digits, index: number): Picture =>
  digitPicture(bytes, index, width, height, 'a handwritten digit');

/** The place of a digit that the page shows first. */
export const firstOf = ({ places }: Digits, label: number): number => places[label] ?? 0;

/** Kept while the page is open, so that chapters go on with one picture. */
export const shownDigit = signal(3);

interface Turn {
  /** False once it is stopped, or another run has begun. */
  goesOn(): boolean;
  end(): void;
}

/**
 * Runs of one kind, of which only the latest goes on: one that still waits when the next begins neither goes on nor ends it.
 * @param on true while one runs; to set it to false stops it
 */
export function createTurns(on: Signal<boolean>): () => Turn {
  let latest = 0;
  return () => {
    const mine = ++latest;
    on.value = true;
    return {
      goesOn: () => on.peek() && mine === latest,
      end: () => {
        if (mine === latest) on.value = false;
      },
    };
  };
}

/** A guess of the network as noise and as a picture; either follows from what it says, from x and from t. */

export type Guess = Record<'epsilon' | 'sample', Float32Array>;

/**
 * @param type what the network says
 * @param x the noisy picture; `output` of the network for it
 */
export function guessOf(type: PredictionType, level: Level, x: Float32Array, output: Float32Array): Guess {
  const { p, q, m, n } = predictionAt(type, level);
  return {
    epsilon: x.map((value, i) => m * value + n * output[i]!),
    sample: x.map((value, i) => p * value + q * output[i]!),
  };
}

/** The guessed picture alone, within -1 to 1. */
export function pictureOf(type: PredictionType, level: Level, x: Float32Array, output: Float32Array): Float32Array {
  return guessOf(type, level, x, output).sample.map((value) => Math.min(Math.max(value, -1), 1));
}

/** Mean of the squared differences. */
export function squaredError(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return sum / a.length;
}
