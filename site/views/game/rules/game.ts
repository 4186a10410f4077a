/**
 * The game's state. A closure hides what a picture is until it is answered: the view gets only pixels and a place, so
 * nothing that it renders can give it away.
 */

import type { ModelInfo, SamplingWorker } from '@onnoise/runtime-web';
import type { ConditioningFacts } from '@onnoise/scheduler/model';
import { batch, computed, type ReadonlySignal, signal } from '@preact/signals';
import { usualConditions } from '../../../components/condition-words.ts';
import type { ImageShape } from '../../../state/picture.ts';
import { type Deal, type Kind, planRound } from './plan.ts';
import type { Pool } from './pool.ts';
import { paintBatch } from './presentation.ts';
import { type Answer, longestStreak, streak } from './score.ts';

/** What the view knows of a picture before the answer. */
export interface Face {
  /** From 0 */
  place: number;
  shape: ImageShape;
  /** [C, H, W]; null while it is painted. */
  pixels: Uint8ClampedArray | null;
}

/** What it gets after the answer. */
export interface Told extends Deal {
  place: number;
  said: Kind;
  /** What the player went by, if he said so. */
  reason?: string | undefined;
  pixels: Uint8ClampedArray;
}

/** What rounds are dealt from: real pictures and a model, which paints the others. */
export interface Table {
  model: { id: string; title: string; own: boolean };
  info: Pick<ModelInfo, 'autoencoder' | 'classes' | 'classNames' | 'distilled' | 'hash' | 'scheduler'> &
    ConditioningFacts;
  pool: Pool;
  /** Of the sampler. */
  steps: number;
  /** Of a round. */
  pictures: number;
}

export interface Round {
  table: Table;
  seed: number;
  /** Share of the batch being painted, 0 to 1. */
  progress: ReadonlySignal<number>;
  /** Places painted. */
  painted: ReadonlySignal<number>;
  face: (place: number) => Face;
}

/** An answer as it is kept for a reload, without the truth. */
export interface Said {
  said: Kind;
  reason?: string | undefined;
}

interface Job {
  round: Round;
  deals: Deal[];
  paintBatch: (signal: AbortSignal) => Promise<void>;
}

export type Phase = 'intro' | 'round' | 'summary';

export function createGame(worker: Pick<SamplingWorker, 'sample'>, randomSeed: () => number) {
  const phase = signal<Phase>('intro');
  /** This round and the next one, painted while this one is played. */
  const jobs = signal<readonly Job[]>([]);
  const answers = signal<readonly Answer[]>([]);
  /** True after the answer to the picture on the table, until the player goes on. */
  const open = signal(false);
  /** The streak that earlier rounds ended with. */
  const before = signal(0);
  /** Why painting stopped. */
  const failed = signal<string | null>(null);
  /** The picture on the table. */
  const place = computed(() => {
    const last = (jobs.value[0]?.deals.length ?? 1) - 1;
    return Math.min(answers.value.length - (open.value ? 1 : 0), last);
  });
  const run = computed(() => streak(answers.value, before.value));
  const round = computed(() => jobs.value[0]?.round ?? null);

  let underWay: { job: Job; abort: AbortController } | null = null;
  let wake = () => {};

  const deal = (list: readonly Job[], as: Phase, said: readonly Said[] = []) => {
    batch(() => {
      before.value = run.peek();
      answers.value = said.map((given, i) => ({ ...given, truth: list[0]!.deals[i]!.kind }));
      open.value = false;
      failed.value = null;
      jobs.value = list;
      phase.value = as;
    });
    if (underWay && !list.includes(underWay.job)) underWay.abort.abort();
    wake();
  };

  /** Shows the summary once all is answered, and painted: a round that goes on after a reload is painted again. */
  const finish = () => {
    const [job] = jobs.peek();
    const all = job?.deals.length;
    if (job?.round.painted.peek() === all && !open.peek() && answers.peek().length === all) phase.value = 'summary';
  };

  /** @throws Error before the answer */
  const told = (at: number): Told => {
    const job = jobs.peek()[0];
    const answer = answers.peek()[at];
    if (!job || !answer) throw new Error(`Picture ${at + 1} is not answered.`);
    const { said, reason } = answer;
    return { ...job.deals[at]!, place: at, said, reason, pixels: job.round.face(at).pixels! };
  };

  const nextJob = (table: Table): Job => createJob(worker, table, randomSeed());

  return {
    phase,
    round,
    following: computed(() => jobs.value[1]?.round ?? null),
    answers,
    place,
    open,
    streak: run,
    /** The longest streak so far, earlier rounds included. */
    longest: computed(() => longestStreak(answers.value, before.value)),
    failed,
    told,

    /**
     * Lays out a round, unless it is laid out already.
     * @param said answers that were given before the page was loaded anew: the round goes on from there
     */
    lay: (table: Table, seed: number, said?: readonly Said[]) => {
      const now = round.peek();
      if (now && now.seed === seed && sameTable(now.table, table)) return;
      const job = createJob(worker, table, seed);
      if (said === undefined) deal([job], 'intro');
      else deal([job, nextJob(table)], 'round', said);
      finish();
    },
    /** Takes the round off the table. */
    clear: () => deal([], 'intro'),
    start: () => {
      const [now] = jobs.peek();
      if (!now || phase.peek() !== 'intro') return;
      if (jobs.peek().length === 1) jobs.value = [now, nextJob(now.round.table)];
      phase.value = 'round';
      wake();
    },
    /** Undefined if there is nothing to answer. */
    answer: (said: Kind, reason?: string): Told | undefined => {
      const now = jobs.peek()[0];
      const at = answers.peek().length;
      if (!now || phase.peek() !== 'round' || open.peek() || now.round.painted.peek() <= at) return undefined;
      open.value = true;
      answers.value = [...answers.peek(), { said, truth: now.deals[at]!.kind, reason }];
      return told(at);
    },
    next: () => {
      if (!open.peek()) return;
      open.value = false;
      finish();
    },
    /** Moves to the next round: starts it, or shows its start button. */
    again: (as: 'round' | 'intro') => {
      const following = jobs.peek()[1];
      if (following) deal([following, nextJob(following.round.table)], as);
    },
    retry: () => {
      failed.value = null;
      wake();
    },

    /** Paints what is laid out until the signal aborts. */
    paint: async (signal: AbortSignal) => {
      while (!signal.aborted) {
        const job = jobs.peek().find(({ round, deals }) => round.painted.peek() < deals.length);
        if (!job || failed.peek() !== null) {
          await new Promise<void>((resolve) => {
            wake = resolve;
            signal.addEventListener('abort', () => resolve(), { once: true });
          });
          continue;
        }
        const abort = new AbortController();
        underWay = { job, abort };
        try {
          await job.paintBatch(AbortSignal.any([signal, abort.signal]));
          if (job === jobs.peek()[0]) finish();
        } catch (error) {
          if (!signal.aborted && !abort.signal.aborted) {
            failed.value = error instanceof Error ? error.message : String(error);
          }
        }
        if (underWay?.abort === abort) underWay = null;
      }
    },
  };
}

/** True also for a model that was loaded again. */
function sameTable(a: Table, b: Table): boolean {
  return a.pool === b.pool && a.steps === b.steps && a.pictures === b.pictures && a.info.hash === b.info.hash;
}

/** The model's numbers of each real picture, within the range that it knows; the usual ones where a picture's are not known. */
function conditionsOf({ conditions = {}, count }: Pool, info: ConditioningFacts): Record<string, number[]> {
  const found = Object.entries(usualConditions(info)).map(([name, value]) => [name, Array(count).fill(value)]);
  for (const { name, min, max } of info.conditions ?? []) {
    const known = conditions[name]?.map((value) => Math.min(max, Math.max(min, value)));
    if (known) found.push([name, known]);
  }
  return Object.fromEntries(found);
}

function createJob(worker: Pick<SamplingWorker, 'sample'>, table: Table, seed: number): Job {
  const { pool } = table;
  const deals = planRound({
    seed,
    pictures: table.pictures,
    reals: pool.count,
    labels: pool.labels,
    conditions: conditionsOf(pool, table.info),
    classes: table.info.classes,
  });
  const shown = signal<readonly Uint8ClampedArray[]>([]);
  const progress = signal(0);
  const painted = computed(() => shown.value.length);
  const face = (place: number): Face => ({ place, shape: pool.shape, pixels: shown.value[place] ?? null });
  return {
    round: { table, seed, progress, painted, face },
    deals,
    paintBatch: async (signal) => {
      progress.value = 0;
      const batch = await paintBatch({
        worker,
        deals,
        from: shown.peek().length,
        steps: table.steps,
        shape: pool.shape,
        readReal: pool.read,
        presentation: pool.presentation,
        singly: table.info.autoencoder !== undefined,
        onProgress: (done) => {
          progress.value = done;
        },
        signal,
      });
      signal.throwIfAborted();
      shown.value = [...shown.peek(), ...batch];
    },
  };
}
