/**
 * What a closed tab must not lose, in IndexedDB: the step and the pictures once, and the state again and again, in two slots by
 * turns. A tab that is closed while it writes one still has the other. A third slot is for the moment in which the page goes away
 * (leaving.ts). The newest slot that is whole counts.
 *
 * Of two tabs that train under one name, the later owns it: the other's next save fails, and neither writes over the other. Where
 * nobody owns it, because another tab forgot it, the tab that still trains keeps it anew.
 */
import { InputError } from '@onnoise/scheduler/rules';
import type { TrainingProgress } from '@onnoise/scheduler/training';
import type { TrainingImages } from './images.ts';
import type { State } from './runner.ts';
import type { OpenedStep } from './step-folder.ts';

const DATABASE = 'onnoise-training';
const STORE = 'records';
const SLOTS = 2;
const LAST = 'last';

/** Written at the start. */
interface Base {
  /** Names the training: slots of another one do not count. */
  id: string;
  step: OpenedStep;
  images: TrainingImages;
}

interface Slot {
  id: string;
  /** Counts writes. */
  serial: number;
  progress: TrainingProgress;
  state: State;
}

/** A training to go on with. */
export interface Kept {
  step: OpenedStep;
  images: TrainingImages;
  /** Writes to its slots so far, where it was kept before. */
  serial?: number;
}

/** A record to write as the page goes away. */
export interface LastState {
  place: string;
  slot: Slot;
}

/** What is stored of it: its state lies beside it in pieces, by place, vector and number. */
type LastSlot = Omit<Slot, 'state'> & { sizes: [name: string, size: number][] };

/**
 * Values of a piece. Chromium takes a record over 64 KiB as a blob, which it asks the page for after the page has gone, and so drops the
 * transaction (half of them, measured, and none in pieces).
 */
const PIECE = 12_000;

export interface Keeper {
  /** @throws InputError where the storage is full or gone */
  save(progress: TrainingProgress, state: State): Promise<void>;
  /** A state as the page writes it when it goes away; nothing is written yet. */
  last(progress: TrainingProgress, state: State): LastState;
  close(): void;
}

/** Begins to keep a training under a name, in place of an older one. @throws InputError where the browser stores nothing */
export async function keepTraining(name: string, { step, images, serial = 0 }: Kept): Promise<Keeper> {
  const database = await open();
  const id = crypto.randomUUID();
  const begin = { [key(name, 'base')]: { id, step, images } satisfies Base, [key(name, 'owner')]: id };
  await write(database, begin);
  return keeperOf(database, { name, id, begin, first: serial });
}

/** The training of that name, with its newest state; undefined if there is none. To go on, keep it again. */
export async function findTraining(name: string): Promise<Kept | undefined> {
  const database = await open();
  try {
    const base = await read<Base>(database, key(name, 'base'));
    if (base === undefined) return undefined;
    const slots: Slot[] = [];
    // Of two with one number, the one that a turn wrote is newer.
    for (let i = 0; i < SLOTS; i++) slots.push(...slotOf(base, await read<Slot>(database, key(name, i))));
    slots.push(...slotOf(base, await readLast(database, key(name, LAST))));
    const newest = slots.sort((a, b) => b.serial - a.serial)[0];
    const { step, images } = base;
    const file = newest ? { ...step.file, progress: newest.progress } : step.file;
    const serial = newest ? newest.serial + 1 : 0;
    return { images, serial, step: { ...step, file, state: newest?.state ?? step.state } };
  } finally {
    database.close();
  }
}

export async function forgetTraining(name: string): Promise<void> {
  const database = await open();
  try {
    const transaction = database.transaction(STORE, 'readwrite');
    transaction.objectStore(STORE).delete(IDBKeyRange.bound(`${name}/`, `${name}/\uffff`));
    await done(transaction);
  } finally {
    database.close();
  }
}

/** @param begin what `keepTraining` writes @param first serial of the next slot */
function keeperOf(
  database: IDBDatabase,
  { name, id, begin, first }: { name: string; id: string; begin: Record<string, unknown>; first: number },
): Keeper {
  let serial = first;
  return {
    async save(progress, state) {
      const slot: Slot = { id, serial, progress, state };
      await write(database, { [key(name, serial % SLOTS)]: slot }, { place: key(name, 'owner'), id, begin });
      serial++;
    },
    last: (progress, state) => ({ place: key(name, LAST), slot: { id, serial, progress, state } }),
    close: () => database.close(),
  };
}

const key = (name: string, part: string | number) => `${name}/${part}`;

/** The slot, if it is of that training and whole. */
function slotOf({ id, step: { file } }: Base, slot: Slot | undefined): Slot[] {
  const isWhole = file.vectors.every(({ name, size }) => slot?.state?.get(name)?.length === size);
  return slot?.id === id && isWhole ? [slot] : [];
}

async function readLast(database: IDBDatabase, place: string): Promise<Slot | undefined> {
  const store = database.transaction(STORE).objectStore(STORE);
  const found = await answer<LastSlot | undefined>(store.get(place));
  if (!found) return undefined;
  const state: State = new Map();
  for (const [name, size] of found.sizes) {
    const vector = new Float32Array(size);
    for (let at = 0; at < size; at += PIECE) {
      vector.set(await answer<Float32Array>(store.get(pieceKey(place, name, at))), at);
    }
    state.set(name, vector);
  }
  return { ...found, state };
}

const pieceKey = (place: string, name: string, at: number) => `${place}/${name}/${at}`;

const refuse = (rule: string, error: unknown): never => {
  const { name, message } = error as Error;
  throw new InputError(
    `Cannot keep the training: the browser must ${rule}, received "${message || name}". Download the model before you close the tab.`,
    { cause: error },
  );
};

const refuseStranger = (): never => {
  throw new InputError(
    'Cannot keep the training: another tab began to train after this one, and its training is kept. Download the model before you close this tab.',
  );
};

/**
 * Writes without waiting: the requests are on their way when it returns. Where another tab keeps its training by now, the record does not
 * count.
 */
export async function openLast(): Promise<{ write(last: LastState): void; close(): void }> {
  const database = await open();
  return {
    write({ place, slot: { state, ...slot } }) {
      const transaction = database.transaction(STORE, 'readwrite', { durability: 'relaxed' });
      const store = transaction.objectStore(STORE);
      const sizes = [...state].map(([name, { length }]): [string, number] => [name, length]);
      store.put({ ...slot, sizes } satisfies LastSlot, place);
      for (const [name, vector] of state) {
        for (let at = 0; at < vector.length; at += PIECE) {
          store.put(vector.slice(at, at + PIECE), pieceKey(place, name, at)); // a view would store all that it views
        }
      }
      transaction.commit();
    },
    close: () => database.close(),
  };
}

async function open(): Promise<IDBDatabase> {
  try {
    if (globalThis.indexedDB === undefined) throw new Error('no IndexedDB');
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => void request.result.createObjectStore(STORE);
    return await answer(request);
  } catch (error) {
    return refuse('let the page store data, which private windows may not', error);
  }
}

/**
 * @param owner what must stand at a place for the records to be written, and what goes with them where nothing stands there; one
 * transaction reads it and writes them
 */
async function write(
  database: IDBDatabase,
  records: Record<string, unknown>,
  owner?: { place: string; id: string; begin: Record<string, unknown> },
): Promise<void> {
  let owned = true;
  try {
    const transaction = database.transaction(STORE, 'readwrite', { durability: 'strict' });
    const store = transaction.objectStore(STORE);
    const found = owner && (await answer(store.get(owner.place)));
    owned = found === undefined || found === owner?.id;
    if (!owned) return refuseStranger();
    const begin = found === undefined ? owner?.begin : undefined;
    for (const [place, record] of Object.entries({ ...begin, ...records })) store.put(record, place);
    await done(transaction);
  } catch (error) {
    if (!owned) throw error;
    const full = (error as Error)?.name === 'QuotaExceededError';
    refuse(full ? 'have room for the state' : 'let the page store data', error);
  }
}

const read = <T>(database: IDBDatabase, place: string): Promise<T | undefined> =>
  answer(database.transaction(STORE).objectStore(STORE).get(place) as IDBRequest<T | undefined>);

const answer = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

const done = (transaction: IDBTransaction): Promise<void> =>
  new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });
