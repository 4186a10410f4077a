import { it } from 'vitest';

/** `it.each(rows)(title, test)`, where the rows after the first are long: they do again what it does. */
export function eachLong<T extends object>(rows: readonly T[], title: string, test: (row: T) => Promise<void>): void {
  it.each(rows.slice(0, 1))(title, test);
  it.each(rows.slice(1))(title, { tags: 'long' }, test);
}
