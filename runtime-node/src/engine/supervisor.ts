/**
 * Keeps an engine running: after one crashes it starts another with the same models, and on request it replaces a
 * running one by a fresh one. A replaced engine finishes its work first.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { EngineGone } from './gone.ts';
import { type KeptModels, keepModels } from './kept-models.ts';
import { type Engine, startEngine } from './process.ts';
import type { EngineOptions, StepReport } from './protocol.ts';

export interface SupervisorEvents {
  onSteps: (report: StepReport) => void;
  /** An engine ended by itself; another is started after `delay` milliseconds. */
  onCrash: (reason: string, delay: number) => void;
  /** The next engine did not start; another try follows. */
  onRestartFailed: (error: unknown) => void;
  /** The models could not be copied: if their folders change, the next engine starts with the changed ones. */
  onNotKept: (error: unknown) => void;
}

export interface Supervisor {
  /** The engine to use now. @throws EngineGone while there is none. */
  readonly engine: Engine;
  readonly ready: boolean;
  /** Loads all models again. @throws what loading them throws; then the old engine stays. */
  reload(): Promise<void>;
  /** Ends once all its work is done. */
  close(): Promise<void>;
  /** Ends at once; resolves when nothing is left on the disk. */
  kill(): Promise<void>;
}

/** The first restart comes at once and later ones after growing delays, until an engine has served for a while. */
const DELAYS = [0, 100, 200, 500, 1000, 2000, 5000];
const SERVICE = 10_000;

/** @throws what starting the first engine throws. */
export async function supervise(
  options: EngineOptions,
  { onSteps, onCrash, onRestartFailed, onNotKept }: SupervisorEvents,
  start = startEngine,
  keep = keepModels,
): Promise<Supervisor> {
  let { engine: current, kept }: Begun = await begin();
  let since = Date.now();
  let crashes = 0;
  let closing = false;
  const closed = new AbortController(); // cuts short the wait for the next try
  let reloading: Promise<void> = Promise.resolve();
  const replaced = new Set<Engine>();
  watch(current!);

  /** Starts an engine with the copied models, or else with those that the folders hold now. */
  async function begin(from?: KeptModels): Promise<Begun & { engine: Engine }> {
    const next = from ?? (await keep(options));
    if (from === undefined && next.failed !== undefined) onNotKept(next.failed);
    try {
      return { engine: await start(next.options, onSteps), kept: next };
    } catch (error) {
      if (from === undefined) await next.drop();
      throw next.tell(error);
    }
  }

  function watch(engine: Engine): void {
    void engine.ended.then(async (reason) => {
      if (replaced.delete(engine) || closing) return;
      current = undefined;
      if (Date.now() - since > SERVICE) crashes = 0;
      const delay = nextDelay();
      onCrash(reason, delay);
      await restart(delay);
    });
  }

  const nextDelay = () => DELAYS[Math.min(crashes++, DELAYS.length - 1)]!;

  /** Tries the copies first. They may be gone, as temporary files may be: then it tries folders and copies in turn. */
  async function restart(delay: number): Promise<void> {
    let again = true;
    for (let pause = delay; ; pause = nextDelay()) {
      await wait(pause, undefined, { signal: closed.signal }).catch(() => {});
      if (closing || current) return; // a reload was faster
      try {
        const begun = await begin(again ? kept : undefined);
        if (current === undefined) return use(begun);
        begun.engine.kill();
        if (begun.kept !== kept) await begun.kept.drop();
        return;
      } catch (error) {
        onRestartFailed(error);
      }
      again = !again;
    }
  }

  function use({ engine, kept: next }: Begun & { engine: Engine }): void {
    const old = kept;
    kept = next;
    if (old !== next) void old.drop();
    if (closing) {
      engine.kill();
      void next.drop();
      return;
    }
    const before = current;
    current = engine;
    since = Date.now();
    watch(engine);
    if (before === undefined) return;
    replaced.add(before);
    void before.drain();
  }

  return {
    get engine() {
      if (current === undefined) throw new EngineGone('another is being started');
      return current;
    },
    get ready() {
      return current !== undefined && !closing;
    },
    /** One reload at a time: two at once would leave an engine that nobody uses. */
    reload: () => {
      reloading = reloading.catch(() => {}).then(async () => use(await begin()));
      return reloading;
    },
    async close() {
      closing = true;
      closed.abort();
      await Promise.all([current, ...replaced].map((engine) => engine?.drain()));
      await kept.drop();
    },
    async kill() {
      closing = true;
      closed.abort();
      for (const engine of [current, ...replaced]) engine?.kill();
      await kept.drop();
    },
  };
}

interface Begun {
  engine: Engine | undefined;
  kept: KeptModels;
}
