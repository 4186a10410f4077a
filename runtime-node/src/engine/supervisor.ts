/**
 * Keeps engines running: where one ends, a spare one takes its place, or another is started with the same models. On request
 * it replaces all by fresh ones; those that are replaced finish their work first. Requests go to the engines that have least
 * to do, and run again where one ends (run-again.ts).
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { SamplerTable } from '@onnoise/scheduler';
import { imageSize } from '../pictures/pixels.ts';
import { EngineGone } from './gone.ts';
import { type KeptModels, keepModels } from './kept-models.ts';
import { partOfCall, partOfSample } from './part-of-task.ts';
import { type Engine, startEngine, type TaskCallbacks } from './process.ts';
import type { CallTask, EngineModel, EngineOptions, Image, SampleTask, StepReport, TableTask } from './protocol.ts';
import { createRunner, type EngineSource, MOST_ENDS } from './run-again.ts';
import { createWaiting } from './waiting.ts';

export interface SupervisorOptions extends EngineOptions {
  /** Engines that share the work, 1 or more. Default: 1. */
  engines?: number | undefined;
  /** One more is loaded, for when one ends. Default: false. */
  spare?: boolean | undefined;
}

export interface SupervisorEvents {
  onSteps: (report: StepReport) => void;
  /**
   * An engine ended by itself, perhaps while it loaded the models; where no spare one is there, another is started after `delay`
   * milliseconds.
   */
  onCrash: (reason: string, delay: number) => void;
  /** The next engine refused to start, as for a model that is broken; another try follows. */
  onRestartFailed: (error: unknown) => void;
  /** The models could not be copied: if their folders change, the next engine starts with the changed ones. */
  onNotKept: (error: unknown) => void;
  /** So many images run again, since their engine ended. */
  onRunAgain: (images: number) => void;
}

export interface Supervisor {
  /** The models that are loaded. They stay the same while engines end and start. */
  readonly models: readonly EngineModel[];
  /** Process numbers of the engines that work; a spare one is not among them. */
  readonly pids: readonly (number | undefined)[];
  /** Whether there is an engine. */
  readonly ready: boolean;
  /**
   * Images, one per seed. While no engine is there it waits for one.
   * @throws EngineGone when none can be started, or engines end again and again; ModelFault when the network gives NaN.
   */
  sample(task: SampleTask, callbacks?: TaskCallbacks): Promise<Image[]>;
  /** The network's output for each row. @throws as `sample` */
  call(task: CallTask, callbacks?: TaskCallbacks): Promise<Image[]>;
  /** A sampler's table, compiled by an engine. @throws InputError for options that do not fit; EngineGone, as `sample` */
  table(asked: TableTask, signal?: AbortSignal): Promise<SamplerTable>;
  /**
   * Loads all models again, or others from now on, unless they and their folders are as they were.
   * @param models folders by name; default: as before
   * @returns whether they were loaded
   * @throws what loading them throws; then the old engines stay, and the models that they have
   */
  reload(models?: EngineOptions['models']): Promise<boolean>;
  /** Ends once all work is done. */
  close(): Promise<void>;
  /** Ends at once; resolves when nothing is left on the disk. */
  kill(): Promise<void>;
}

/** After an engine that has answered something another starts at once; else later and later. */
const DELAYS = [0, 100, 200, 500, 1000, 2000, 5000];

/** Milliseconds between the parts of the start of an engine beside those that serve, which keep their speed so. */
const RELOAD_REST = 100;

/** What is known of an engine. */
interface Seat {
  engine: Engine;
  /** Its number, which no other has at the time. */
  place: number;
  /** Images that it has to do. */
  load: number;
  /** Whether it has computed anything. */
  readonly served: boolean;
}

/** @throws what starting the first engine throws. */
export async function supervise(
  { engines: count = 1, spare = false, ...options }: SupervisorOptions,
  { onSteps, onCrash, onRestartFailed, onNotKept, onRunAgain }: SupervisorEvents,
  start = startEngine,
  keep = keepModels,
): Promise<Supervisor> {
  const wanted = count + Number(spare);
  let crashes = 0;
  let closing = false;
  let filling = false;
  const closed = new AbortController(); // cuts short the wait for the next try
  const waiting = createWaiting();
  const replaced = new Set<Engine>();
  let reloading: Promise<unknown> = Promise.resolve();
  let { seats, kept } = await begin(options, []); // the first `count` seats work
  let { models } = seats[0]!.engine;
  /** What the engines were started with, before it was copied. */
  let current = options;
  for (const seat of seats) watch(seat);

  const working = () => seats.slice(0, count);
  const nextDelay = () => DELAYS[Math.min(crashes++, DELAYS.length - 1)]!;

  async function startOne(from: KeptModels, like: readonly EngineModel[], place: number, rest?: number): Promise<Seat> {
    const measured = Object.fromEntries(
      like.flatMap(({ name, measured }) => (measured === undefined ? [] : [[name, measured]])),
    );
    let served = false;
    const told = (report: StepReport) => {
      served = true;
      onSteps(report);
    };
    const given = { ...from.options, measured, rest, place: wanted > 1 ? place : undefined };
    const engine = await start(given, told).catch((error: unknown) => {
      throw from.tell(error);
    });
    return {
      engine,
      place,
      load: 0,
      get served() {
        return served;
      },
    };
  }

  /** As many engines as are wanted, with the models that the folders hold now: they are copied first. */
  async function begin(from: EngineOptions, like: readonly EngineModel[], rest = 0): Promise<Begun> {
    const next = await keep(from);
    if (next.failed !== undefined) onNotKept(next.failed);
    await wait(rest);
    const seats: Seat[] = [];
    try {
      const first = await startOne(next, like, 0, rest);
      seats.push(first);
      // One measures alone, and the others go by it.
      const more = Array.from({ length: wanted - 1 }, (_, i) => startOne(next, first.engine.models, i + 1, rest));
      const results = await Promise.allSettled(more);
      for (const result of results) if (result.status === 'fulfilled') seats.push(result.value);
      const failed = results.find((result) => result.status === 'rejected');
      if (failed) throw failed.reason;
      return { seats, kept: next };
    } catch (error) {
      for (const { engine } of seats) engine.kill();
      await next.drop();
      throw error;
    }
  }

  async function leave(begun: Begun): Promise<void> {
    for (const { engine } of begun.seats) engine.kill();
    if (begun.kept !== kept) await begun.kept.drop();
  }

  /** Puts engines in the place of those of before, which finish what they do. */
  function use(begun: Begun): void {
    if (closing) return void leave(begun);
    const before = { seats, kept };
    ({ seats, kept } = begun);
    ({ models } = seats[0]!.engine);
    void before.kept.drop();
    for (const seat of seats) watch(seat);
    for (const { engine } of before.seats) {
      replaced.add(engine);
      void engine.drain();
    }
    waiting.wake();
  }

  function watch(seat: Seat): void {
    void seat.engine.ended.then((reason) => {
      seats = seats.filter((one) => one !== seat);
      if (replaced.delete(seat.engine) || closing) return;
      if (seat.served) crashes = 0;
      const delay = nextDelay();
      onCrash(reason, delay);
      void fill(delay);
    });
  }

  /** Starts engines until all are there. It tries the copies first, which may be gone: then folders and copies in turn. */
  async function fill(delay: number): Promise<void> {
    if (filling) return;
    filling = true;
    let again = true;
    let ends = 0;
    for (let pause = delay; ; ) {
      await wait(pause, undefined, { signal: closed.signal }).catch(() => {});
      if (closing || seats.length >= wanted) break; // a reload was faster
      const from = kept;
      try {
        const begun = again
          ? { seats: [await startOne(from, models, freePlace())], kept: from }
          : await begin(current, models);
        if (closing || kept !== from || seats.length >= wanted) await leave(begun);
        else if (again) add(begun.seats[0]!);
        else use(begun);
        pause = 0;
        ends = 0;
      } catch (error) {
        pause = nextDelay();
        const ended = error instanceof EngineGone;
        if (ended) onCrash(`${error.reason}, while it loaded the models`, pause);
        else onRestartFailed(error);
        // One that ended may have lacked memory for a moment: who waits goes on, as a request that was in it would.
        if (seats.length === 0 && !(ended && ++ends < MOST_ENDS)) {
          waiting.fail(new EngineGone('another could not be started'));
          ends = 0;
        }
        again = !again;
      }
    }
    filling = false;
  }

  const freePlace = () => {
    const taken = new Set(seats.map(({ place }) => place));
    return Array.from({ length: wanted }, (_, place) => place).find((place) => !taken.has(place)) ?? 0;
  };

  function add(seat: Seat): void {
    seats.push(seat);
    ({ models } = seat.engine);
    watch(seat);
    waiting.wake();
  }

  const seatOf = (engine: Engine) => seats.find((one) => one.engine === engine);
  const source: EngineSource = {
    async spread(images, signal) {
      while (working().length === 0) {
        if (closing) throw new EngineGone('no other will be started');
        await waiting.wait(signal);
      }
      const loads = new Map(working().map(({ engine, load }) => [engine, load]));
      const parts = new Map<Engine, number[]>();
      for (const image of images) {
        const [engine] = [...loads].reduce((least, one) => (one[1] < least[1] ? one : least));
        loads.set(engine, loads.get(engine)! + 1);
        parts.set(engine, [...(parts.get(engine) ?? []), image]);
      }
      return parts;
    },
    begin(engine, images) {
      const own = seatOf(engine);
      if (own) own.load += images;
      return () => {
        if (own) own.load -= images;
      };
    },
  };
  const run = createRunner(source, onRunAgain);
  function modelOf(name: string): EngineModel {
    const model = models.find((one) => one.name === name);
    if (model === undefined) throw new EngineGone('the model was unloaded');
    return model;
  }

  return {
    get models() {
      return models;
    },
    get pids() {
      return working().map(({ engine }) => engine.pid);
    },
    get ready() {
      return seats.length > 0 && !closing;
    },
    async sample(task, callbacks) {
      const { shape, autoencoder } = modelOf(task.model);
      const size = imageSize(autoencoder?.shape ?? shape);
      const part = (which: readonly number[]) => partOfSample(task, which, size);
      return run(task.seeds.length, (engine, which, told) => engine.sample(part(which), told), callbacks);
    },
    async call(task, callbacks) {
      const size = imageSize(modelOf(task.model).shape);
      const part = (which: readonly number[]) => partOfCall(task, which, size);
      return run(task.rows.length, (engine, which, told) => engine.call(part(which), told), callbacks);
    },
    async table(asked, signal) {
      modelOf(asked.model);
      for (let tries = 1; ; tries++) {
        const [engine] = [...(await source.spread([0], signal)).keys()] as [Engine];
        try {
          return await engine.table(asked);
        } catch (error) {
          if (!(error instanceof EngineGone) || tries === MOST_ENDS) throw error;
        }
      }
    },
    /** One reload at a time: two at once would leave engines that nobody uses. */
    reload: (folders) => {
      const loaded = reloading
        .catch(() => {})
        .then(async () => {
          const next = folders ? { ...current, models: folders } : current;
          const changed = !(await kept.holds(next.models));
          if (changed) use(await begin(next, models, seats.length > 0 ? RELOAD_REST : 0));
          current = next;
          return changed;
        });
      reloading = loaded;
      return loaded;
    },
    async close() {
      closing = true;
      closed.abort();
      waiting.fail(new EngineGone('no other will be started'));
      await Promise.all([...seats.map(({ engine }) => engine), ...replaced].map((engine) => engine.drain()));
      await kept.drop();
    },
    async kill() {
      closing = true;
      closed.abort();
      waiting.fail(new EngineGone('no other will be started'));
      for (const engine of [...seats.map(({ engine }) => engine), ...replaced]) engine.kill();
      await kept.drop();
    },
  };
}

interface Begun {
  seats: Seat[];
  kept: KeptModels;
}
