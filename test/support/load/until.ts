/** Waits for something that must happen, however long it takes. */
import { setTimeout as wait } from 'node:timers/promises';

const LIMIT = 20_000;

export async function until(what: string, happened: () => boolean | Promise<boolean>, limit = LIMIT): Promise<void> {
  const begin = Date.now();
  while (!(await happened())) {
    if (Date.now() - begin > limit) throw new Error(`Waited ${limit / 1000} s in vain until ${what}.`);
    await wait(10);
  }
}
