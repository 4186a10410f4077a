/** The page's game, bound to its address, its model and its record. It survives a visit to another view. */
import { pictureShapeOf } from '@onnoise/scheduler/model';
import { computed, effect, signal, untracked } from '@preact/signals';
import { toast } from '../../../components/toast.tsx';
import type { ImageShape } from '../../../state/picture.ts';
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
import { grouped } from '../../forward/state/numbers.ts';
import { createGame, type Round, type Table } from '../rules/game.ts';
import { formatSettings, type Kind, parseSettings, randomSeed, SEEDS, type Settings } from '../rules/plan.ts';
import { type Pool, shippedPool } from '../rules/pool.ts';
import { whyUnplayable } from '../rules/presentation.ts';
import { confusion, score } from '../rules/score.ts';
import { TERMS, type Terms } from '../rules/terms.ts';
import { spoken } from '../rules/words.ts';
import { addRound, followRecord, forgetRound, keepRound, keptRound, readRecord, updateRecord } from './record.ts';

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
  record.value = now;
});

const modelKey = (hash: string): string => hash.slice(0, 12);

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
    reals.value = failedBy(error);
  });
}

/** What the pictures on the table are called; before they are there, what those of the chosen model will be. */
export const terms = computed<Terms>(() => {
  const pool = game.round.value?.table.pool ?? (reals.value.state === 'ready' ? reals.value.pool : undefined);
  if (pool) return TERMS[pool.terms];
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

/** What the player goes by for the picture on the table: one of the reasons of `terms.ts`. */
export const reason = signal<string | undefined>(undefined);

/** Chooses a reason; the chosen one is taken back. */
export function choose(label: string): void {
  if (game.open.peek() || !game.round.peek()) return;
  reason.value = reason.peek() === label ? undefined : label;
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
  announce(spoken(told, table, `Score ${score(answers)} of ${answers.length}, streak ${game.streak.peek()}.`));
}

export function next(): void {
  game.next();
  const table = game.round.peek()?.table;
  if (game.phase.peek() !== 'summary' || !table) return;
  const [key, answered] = [modelKey(table.info.hash), confusion(game.answers.peek())];
  record.value = updateRecord(record.peek(), (now) => addRound(now, key, answered));
}

export function again(as: 'round' | 'intro'): void {
  game.again(as);
  const round = game.round.peek();
  if (round) change({ seed: round.seed });
}

const keyOf = ({ steps, pictures, info, pool }: Table, seed: number): string =>
  [seed, steps, pictures, info.hash, pool.id].join(' ');

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
    reals.value = { state: 'none' };
    const tell = (found: Reals) => {
      if (current.peek() === entry) reals.value = found;
    };
    fetchShipped(there, shape).then(
      (pool) => tell({ state: 'ready', pool }),
      (error: unknown) => tell(failedBy(error)),
    );
  }
}

const failedBy = (error: unknown): Reals => ({ state: 'failed', message: sentence(error) });

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
    const [id, asked] = [query.get('model'), query.get('seed')];
    // A link to a model or a round that there is not deals other pictures than its sender saw, so say so.
    if (id !== null && !models.peek().some((entry) => entry.id === id)) {
      const instead = `${model.title} paints these pictures.`;
      toast(`The link names the model “${id}”, which this page does not have: ${instead}`, 'error');
    }
    if (seed === undefined && asked !== null) {
      const rounds = `rounds go from 0 to ${grouped(SEEDS - 1)}: this is another one.`;
      toast(`The link asks for round ${asked.slice(0, 20)}, but ${rounds}`, 'error');
    }
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

const sameShape = (a: ImageShape, b: ImageShape): boolean => a.every((side, i) => side === b[i]);
