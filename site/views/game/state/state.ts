/** The page's game, bound to its address, its model and its record. It survives a visit to another view. */
import { pictureShapeOf } from '@onnoise/scheduler/model';
import { computed, effect, signal, untracked } from '@preact/signals';
import { toast } from '../../../components/toast.tsx';
import { fromBytes, type ImageShape } from '../../../state/pixels.ts';
import {
  announce,
  current,
  device,
  go,
  loaded,
  models,
  route,
  samplingWorker,
  sentence,
  useModel,
} from '../../../state/store.ts';
import { pauses } from '../../../state/tasks.ts';
import { grouped } from '../../forward/state/numbers.ts';
import { type Giveaway, giveaways, measureReals, type Reference } from '../measures/unusual.ts';
import { createGame, type Round, type Table, type Told } from '../rules/game.ts';
import { type Kind, SEEDS } from '../rules/plan.ts';
import { type Pool, shippedPool } from '../rules/pool.ts';
import { present } from '../rules/presentation.ts';
import { REASONS } from '../rules/reasons.ts';
import { confusion, score } from '../rules/score.ts';
import { formatSettings, parseSettings, randomSeed, type Settings } from '../rules/settings.ts';
import { TERMS, type Terms, termsOf } from '../rules/terms.ts';
import { whyUnplayable } from '../rules/unplayable.ts';
import { addRound, followRecord, mergeRecords, readRecord, updateRecord } from './record.ts';
import { forgetRound, keepRound, keptRound, type RoundKey } from './under-way.ts';
import { spoken } from './words.ts';

export const game = createGame(samplingWorker, randomSeed);

/** The real pictures: being fetched, missing until the visitor brings them, or ready. */
export type Reals =
  | { state: 'none' | 'wanted' }
  | { state: 'ready'; pool: Pool }
  | { state: 'failed'; message: string };
export const reals = signal<Reals>({ state: 'none' });

/** The visitor's own real pictures, by the model's id. */
const brought = signal<Record<string, Pool>>({});
const shipped = new Map<string, Promise<Pool>>();

export const record = signal(readRecord());
followRecord((now) => {
  record.value = mergeRecords(record.peek(), now);
});

/** The real pictures' measures; null until they are taken. */
export const reference = signal<Reference | null>(null);
let measured: Pool | undefined;

export const modelKey = (hash: string): string => hash.slice(0, 12);

/** Why the chosen model cannot paint a round, a sentence; null: it can. */
export const unplayable = computed(() => whyUnplayable(current.value) ?? null);

/** Of a model that can paint a round. */
export const info = computed(() =>
  loaded.value.state === 'ready' && unplayable.value === null ? loaded.value.info : null,
);

/** Of its pictures; null before it is loaded. */
export const shapeOfPictures = computed(() => info.value && pictureShapeOf(info.value));

export function bringPool(pool: Pool): void {
  brought.value = { ...brought.peek(), [current.peek().id]: pool };
}

/** The page's real digits, where a model of the page is shown beside them. */
export const shippedDigits = computed(
  () => models.value.find(({ pictures }) => pictures?.endsWith('/real-28.json'))?.pictures,
);

/** The shipped real digits, for a model whose pictures have their shape. */
export function takeShipped(): void {
  const url = shippedDigits.peek();
  const shape = shapeOfPictures.peek();
  if (url === undefined || shape === null) return;
  fetchShipped(url, shape).then(bringPool, (error: unknown) => {
    reals.value = { state: 'failed', message: sentence(error) };
  });
}

/** What the pictures on the table are called; before they are there, what those of the chosen model will be. */
export const terms = computed<Terms>(() => {
  const pool = game.round.value?.table.pool ?? (reals.value.state === 'ready' ? reals.value.pool : undefined);
  if (pool) return termsOf(pool.terms);
  const { pictures, real, trainedOn } = current.value;
  return real === undefined && pictures !== undefined && trainedOn === 'phantoms' ? TERMS.phantom : TERMS.real;
});

/** Changes settings in the address. */
export function change(to: Partial<Settings>): void {
  const round = game.round.peek();
  if (round) go('game', { ...addressOf(round, to) }, { replace: true, part: route.peek().part });
}

/** The query of a round's address. */
export function addressOf({ seed, table }: Round, to: Partial<Settings> = {}): Record<string, string> {
  const { model, steps, pictures, info } = table;
  const now = { seed, steps, pictures, model: model.id };
  return formatSettings({ ...now, ...to, seed: to.seed ?? seed }, info.scheduler.num_train_timesteps);
}

/** What the player goes by for the picture on the table: an id of `reasons.ts`. */
export const reason = signal<string | undefined>(undefined);

/** Chooses a reason; the chosen one is taken back. */
export function choose(id: string): void {
  if (game.open.peek() || !game.round.peek()) return;
  reason.value = reason.peek() === id ? undefined : id;
}

export function chooseNumber(number: number): void {
  const round = game.round.peek();
  const chosen = round && REASONS[round.table.pool.subject][number - 1];
  if (chosen) choose(chosen.id);
}

export function answer(said: Kind): void {
  const told = game.answer(said, reason.peek());
  reason.value = undefined;
  const table = game.round.peek()?.table;
  if (!told || !table) return;
  const answers = game.answers.peek();
  const longest = game.longest.peek();
  if (longest > record.peek().best) {
    record.value = updateRecord(record.peek(), (now) => ({ ...now, best: Math.max(now.best, longest) }));
  }
  const measures = reference.peek();
  const found = measures ? giveawaysOf(told, measures) : undefined;
  announce(spoken(told, table, found, `Score ${score(answers)} of ${answers.length}, streak ${game.streak.peek()}.`));
}

export function next(): void {
  game.next();
  const table = game.round.peek()?.table;
  if (game.phase.peek() !== 'summary' || !table) return;
  const [key, answered] = [modelKey(table.info.hash), confusion(game.answers.peek())];
  record.value = updateRecord(record.peek(), (now) => addRound(now, key, answered));
}

/** What is unusual in an answered picture. */
export function giveawaysOf(told: Told, measures: Reference): Giveaway[] | undefined {
  return giveaways(told.pixels, measures, told.kind === 'real' ? told.real : undefined, terms.peek());
}

export function again(as: 'round' | 'intro'): void {
  game.again(as);
  const round = game.round.peek();
  if (round) change({ seed: round.seed });
}

const keyOf = ({ steps, pictures, info, pool }: Table, seed: number): RoundKey => ({
  seed,
  steps,
  pictures,
  model: info.hash,
  pool: pool.id,
});

/** Keeps the round on the table for a reload, while it is played and while its result is looked at. */
function keepUnderWay(): void {
  const round = game.round.value;
  const answers = game.answers.value;
  if (round === null) return;
  if (game.phase.value === 'intro') forgetRound();
  else keepRound(keyOf(round.table, round.seed), answers);
}

/** Follows address, model and pictures while the view is shown. Returns a function that ends it. */
export function follow(): () => void {
  const ends = [
    effect(() => {
      const entry = current.value;
      void device.value;
      untracked(() => {
        const round = game.round.peek();
        if (round && round.table.model.id !== entry.id) game.clear();
        useModel(entry).catch(() => {}); // the model bar shows why
      });
    }),
    effect(gatherReals),
    effect(layRound),
    effect(keepUnderWay),
    effect(() => {
      void game.round.value;
      reason.value = undefined;
    }),
    effect(() => {
      if (!info.value || reals.value.state !== 'ready') return;
      const abort = new AbortController();
      untracked(() => void game.paint(abort.signal));
      return () => abort.abort();
    }),
    effect(() => {
      const round = game.round.value;
      // while it is painted, all cores are taken
      const wanted = round && (round.painted.value >= round.table.pictures || game.answers.value.length > 0);
      if (wanted) untracked(() => void measure(round.table.pool));
    }),
  ];
  return () => {
    for (const end of ends) end();
  };
}

function gatherReals(): void {
  const now = info.value;
  const shape = shapeOfPictures.value;
  const own = brought.value;
  if (!now || !shape) return;
  const entry = current.peek();
  const pool = own[entry.id];
  const there = entry.real ?? entry.pictures;
  if (pool && sameShape(pool.shape, shape)) {
    reals.value = { state: 'ready', pool };
  } else if (there === undefined) {
    reals.value = { state: 'wanted' };
  } else {
    const wanted = entry;
    reals.value = { state: 'none' };
    fetchShipped(there, shape).then(
      (pool) => {
        if (current.peek() === wanted) reals.value = { state: 'ready', pool };
      },
      (error: unknown) => {
        if (current.peek() === wanted) reals.value = { state: 'failed', message: sentence(error) };
      },
    );
  }
}

function layRound(): void {
  const { view, query } = route.value;
  const now = info.value;
  const pictures = reals.value;
  if (view !== 'game' || !now || pictures.state !== 'ready') return;
  const model = current.peek();
  const timesteps = now.scheduler.num_train_timesteps;
  const { seed, ...settings } = parseSettings(query, timesteps);
  const table: Table = {
    model,
    info: now,
    pool: pictures.pool,
    steps: now.distilled?.calls ?? settings.steps,
    pictures: settings.pictures,
  };
  untracked(() => {
    tellOfUnknownModel(query.get('model'), model.title);
    if (seed === undefined) tellOfUnknownRound(query.get('seed'));
    const kept = game.round.peek();
    const before = kept?.table;
    const playing = before?.pool === pictures.pool && before.info.hash === now.hash;
    const chosen = seed ?? (playing && kept ? kept.seed : randomSeed());
    if (!sameShape(pictures.pool.shape, pictureShapeOf(now))) return;
    const laid = seed === undefined && playing ? before : table;
    game.lay(laid, chosen, keptRound(keyOf(laid, chosen)));
    change({});
  });
}

/** A link to a model that this page lacks deals other pictures than its sender saw, so say so. */
function tellOfUnknownModel(id: string | null, instead: string): void {
  if (id === null || models.peek().some((entry) => entry.id === id)) return;
  toast(`The link names the model “${id}”, which this page does not have: ${instead} paints these pictures.`, 'error');
}

function tellOfUnknownRound(asked: string | null): void {
  if (asked === null) return;
  const last = grouped(SEEDS - 1);
  toast(
    `The link asks for round ${asked.slice(0, 20)}, but rounds go from 0 to ${last}: this is another one.`,
    'error',
  );
}

/** Fetches each set once; after a failure the next call tries again. */
function fetchShipped(url: string, shape: ImageShape): Promise<Pool> {
  const key = `${url} ${shape.join()}`;
  const known = shipped.get(key);
  if (known) return known;
  const pool = shippedPool(url, shape);
  shipped.set(key, pool);
  pool.catch(() => shipped.delete(key));
  return pool;
}

async function measure(pool: Pool): Promise<void> {
  if (measured === pool) return;
  measured = pool;
  reference.value = null;
  const shown = (i: number) => present(fromBytes(pool.read(i)), pool.shape, pool.presentation, i);
  const made = await measureReals(pool.count, pool.shape, shown, pauses(), pool.subject);
  if (measured === pool) reference.value = made;
}

const sameShape = (a: ImageShape, b: ImageShape): boolean => a.every((side, i) => side === b[i]);
