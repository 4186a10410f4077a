/** The models of a server by name: those that are loaded, and those that were unloaded. */
import { Refusal } from '../errors/refusal.ts';

export interface Repository {
  list(): { name: string; loaded: boolean }[];
  /** Loads one, or loads it again, as its folder is now. @throws Refusal (404) for an unknown one; what loading it throws */
  load(name: string): Promise<void>;
  /** @throws Refusal (404) for an unknown one */
  unload(name: string): Promise<void>;
  /** Loads all that are loaded again. @returns whether: not where they are as they were */
  reload(): Promise<boolean>;
}

type Folders = Readonly<Record<string, string>>;

/** @param reload loads these models in place of those before */
export function createRepository(folders: Folders, reload: (loaded: Folders) => Promise<boolean>): Repository {
  const loaded = new Set(Object.keys(folders));
  /** One change at a time. */
  let last: Promise<unknown> = Promise.resolve();

  async function change(name: string, act: (names: Set<string>) => void): Promise<void> {
    if (!Object.hasOwn(folders, name)) {
      const known = Object.keys(folders).join(', ');
      throw new Refusal(404, 'model_not_found', `There is no model of that name. There are: ${known}.`, {
        param: 'model',
      });
    }
    await inTurn(act);
  }

  function inTurn(act: (names: Set<string>) => void): Promise<boolean> {
    const run = async () => {
      const next = new Set(loaded);
      act(next);
      const changed = await reload(Object.fromEntries(Object.entries(folders).filter(([name]) => next.has(name))));
      loaded.clear();
      for (const name of next) loaded.add(name);
      return changed;
    };
    const mine = last.then(run);
    last = mine.catch(() => {});
    return mine;
  }

  return {
    list: () => Object.keys(folders).map((name) => ({ name, loaded: loaded.has(name) })),
    load: async (name) => change(name, (names) => names.add(name)),
    unload: async (name) => change(name, (names) => names.delete(name)),
    reload: () => inTurn(() => {}),
  };
}
