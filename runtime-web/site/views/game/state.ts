/** The page's game, bound to its address, its model and its record. It survives a visit to another view. */
import { computed, effect, signal, untracked } from '@preact/signals';
import { toast } from '../../components/toast.tsx';
import { fromBytes, type ImageShape } from '../../state/pixels.ts';
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
} from '../../store.ts';
import { createGame, type Round, type Table } from './game.ts';
import { HALF } from './painter.ts';
import type { Kind } from './plan.ts';
import { type Pool, shippedPool } from './pool.ts';
import { present } from './presentation.ts';
import { addRound, type GameRecord, readRecord, writeRecord } from './record.ts';
import { confusion, score } from './score.ts';
import { formatSettings, parseSettings, randomSeed } from './settings.ts';
import { forgetRound, keepRound, keptRound, type RoundKey } from './under-way.ts';
import { giveaways, measureReals, type Reference } from './unusual.ts';
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

export const record = signal<GameRecord>(readRecord());

/** The real pictures' measures; null until they are taken. */
export const reference = signal<Reference | null>(null);
let measured: Pool | undefined;

export const modelKey = (hash: string): string => hash.slice(0, 12);

export const info = computed(() => (loaded.value.state === 'ready' ? loaded.value.info : null));

export function bringPool(pool: Pool): void {
  brought.value = { ...brought.peek(), [current.peek().id]: pool };
}

/** The shipped real pictures, for a model whose pictures have their shape. */
export function takeShipped(): void {
  const url = models.peek().find(({ pictures }) => pictures !== undefined)?.pictures;
  const shape = info.peek()?.shape;
  if (url === undefined || shape === undefined) return;
  fetchShipped(url, shape).then(bringPool, (error: unknown) => {
    reals.value = { state: 'failed', message: sentence(error) };
  });
}

/** Changes the seed or the steps in the address. */
export function change(to: { seed?: number; steps?: number }): void {
  const timesteps = info.peek()?.scheduler.num_train_timesteps;
  const round = game.round.peek();
  if (timesteps === undefined || !round) return;
  const { seed = round.seed, steps = round.table.steps } = to;
  go('game', formatSettings(seed, steps, current.peek().id, timesteps), { replace: true });
}

export function addressOf({ seed, table }: Round): Record<string, string> {
  return formatSettings(seed, table.steps, table.model.id, table.info.scheduler.num_train_timesteps);
}

export function answer(said: Kind): void {
  const told = game.answer(said);
  const table = game.round.peek()?.table;
  if (!told || !table) return;
  const answers = game.answers.peek();
  if (game.longest.peek() > record.peek().best) remember({ ...record.peek(), best: game.longest.peek() });
  const measures = reference.peek();
  const found = measures ? giveaways(told.pixels, measures, told.kind === 'real' ? told.real : undefined) : undefined;
  announce(spoken(told, table, found, `Score ${score(answers)} of ${answers.length}, streak ${game.streak.peek()}.`));
}

export function next(): void {
  game.next();
  if (game.phase.peek() !== 'summary') return;
  const key = modelKey(game.round.peek()!.table.info.hash);
  remember(addRound(record.peek(), key, confusion(game.answers.peek())));
}

export function again(as: 'round' | 'intro'): void {
  game.again(as);
  const round = game.round.peek();
  if (round) change({ seed: round.seed });
}

const keyOf = ({ info, pool, steps }: Table, seed: number): RoundKey => ({
  seed,
  steps,
  model: info.hash,
  pool: pool.id,
});

/** Keeps the round on the table for a reload, while it is played and while its result is looked at. */
function keepUnderWay(): void {
  const round = game.round.value;
  const answers = game.answers.value;
  if (round === null) return;
  if (game.phase.value === 'intro') forgetRound();
  else
    keepRound(
      keyOf(round.table, round.seed),
      answers.map(({ said }) => said),
    );
}

function remember(now: GameRecord): void {
  record.value = now;
  writeRecord(now);
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
      if (!info.value || reals.value.state !== 'ready') return;
      const abort = new AbortController();
      untracked(() => void game.paint(abort.signal));
      return () => abort.abort();
    }),
    effect(() => {
      const round = game.round.value;
      if (round && round.painted.value >= HALF) untracked(() => void measure(round.table.pool));
    }),
  ];
  return () => {
    for (const end of ends) end();
  };
}

function gatherReals(): void {
  const now = info.value;
  const own = brought.value;
  if (!now) return;
  const entry = current.peek();
  const pool = own[entry.id];
  if (pool && sameShape(pool.shape, now.shape)) {
    reals.value = { state: 'ready', pool };
  } else if (entry.pictures === undefined) {
    reals.value = { state: 'wanted' };
  } else {
    const wanted = entry;
    reals.value = { state: 'none' };
    fetchShipped(entry.pictures, now.shape).then(
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
  const { seed, steps } = parseSettings(query, timesteps);
  const table: Table = { model, info: now, pool: pictures.pool, steps };
  untracked(() => {
    tellOfUnknownModel(query.get('model'), model.title);
    const kept = game.round.peek();
    const playing = kept?.table.pool === pictures.pool && kept.table.info.hash === now.hash;
    const chosen = seed ?? (playing ? kept.seed : randomSeed());
    if (!sameShape(pictures.pool.shape, now.shape)) return;
    const laid = seed === undefined && playing ? { ...table, steps: kept.table.steps } : table;
    game.lay(laid, chosen, keptRound(keyOf(laid, chosen)));
    change({});
  });
}

/** A link to a model that this page lacks deals other pictures than its sender saw, so say so. */
function tellOfUnknownModel(id: string | null, instead: string): void {
  if (id === null || models.peek().some((entry) => entry.id === id)) return;
  toast(`The link names the model “${id}”, which this page does not have: ${instead} paints these pictures.`, 'error');
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
  const made = await measureReals(pool.count, pool.shape, shown, () => new Promise((then) => setTimeout(then)));
  if (measured === pool) reference.value = made;
}

const sameShape = (a: ImageShape, b: ImageShape): boolean => a.every((side, i) => side === b[i]);
