/** An installed browser that tests drive by the WebDriver standard: what differs between browsers is how commands reach them. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Long, because no test is about speed and machines may be busy. */
export const PATIENCE = 180_000;

/** An element, as the standard writes it. */
export type Element = Record<string, string>;

/** The commands of a browser. Scripts are the body of a function, and get a list of JSON. */
export interface Commands {
  navigate(url: string): Promise<void>;
  execute(script: string, args: unknown[]): Promise<unknown>;
  find(xpath: string): Promise<Element>;
  click(element: Element): Promise<void>;
}

export interface Installed {
  goto(url: string): Promise<void>;
  /** Runs a function in the page, which takes and gives JSON, or a promise of it. */
  run<Args extends unknown[], T>(work: (...args: Args) => T, ...args: Args): Promise<Awaited<T>>;
  /** Runs it until it gives something. */
  until<Args extends unknown[], T>(work: (...args: Args) => T | null, ...args: Args): Promise<T>;
  /** Clicks, as a mouse does, the button of these words. */
  click(words: string): Promise<void>;
  /** Errors of pages so far, one line each: exceptions, and what the Content-Security-Policy forbids. */
  problems(): Promise<string[]>;
  close(): Promise<void>;
}

/** The first of these programs on the path. */
export const findProgram = (...names: readonly string[]): string | undefined =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find(isProgram);

export function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export function pageOf({ navigate, execute, find, click }: Commands): Omit<Installed, 'close' | 'problems'> {
  const run: Installed['run'] = async (work, ...args) =>
    (await execute(`return (${work})(...arguments);`, args)) as never;

  const until: Installed['until'] = async (work, ...args) => {
    for (const end = Date.now() + PATIENCE; Date.now() < end; await sleep(100)) {
      const found = (await run(work, ...args)) as Awaited<ReturnType<typeof work>>;
      if (found !== null) return found as never;
    }
    const text = await run(() => document.body.textContent);
    throw new Error(`Nothing after ${PATIENCE} ms: ${work}\nThe page says:\n${text}`);
  };

  return {
    run,
    until,
    goto: navigate,
    async click(words) {
      const xpath = `//button[normalize-space()=${JSON.stringify(words)} and not(@disabled)]`;
      await until((path: string) => {
        const { ANY_UNORDERED_NODE_TYPE } = XPathResult;
        return document.evaluate(path, document, null, ANY_UNORDERED_NODE_TYPE).singleNodeValue && true;
      }, xpath);
      await click(await find(xpath));
    },
  };
}
