import { readFileSync } from 'node:fs';

/** Golden data of scheduler/, made by scripts/golden/scheduler.py. */
export function schedulerGolden<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../golden/data/scheduler/${name}`, import.meta.url), 'utf8')) as T;
}
