/** Words about an answered picture. */
import type { Table, Told } from './game.ts';
import { PICTURES } from './plan.ts';
import type { Giveaway } from './unusual.ts';

/** A picture's name: only its place before the answer. */
export function labelOf(place: number, told?: string): string {
  const name = `Picture ${place + 1} of ${PICTURES}`;
  return told === undefined ? name : `${name}: ${told}`;
}

export function verdictOf({ said, kind }: Pick<Told, 'said' | 'kind'>): string {
  if (said === kind) return `Right, it is ${kind}.`;
  return kind === 'synthetic' ? 'Fooled: it is synthetic.' : 'Too suspicious: it is real.';
}

/** "a 7", "an 8"; a class that is no number in quotes. */
export function nameOfClass(label: number, names: readonly string[] | undefined): string {
  const name = names?.[label] ?? String(label);
  if (!/^\d+$/.test(name)) return `“${name}”`;
  return /^(8\d*|11|18)$/.test(name) ? `an ${name}` : `a ${name}`;
}

/** What it was, a sentence. */
export function factOf({ kind, real, seed, label }: Told, { pool, info, model, steps }: Table): string {
  if (kind === 'real') {
    const known = pool.labels?.[real];
    const what = known === undefined ? '' : `${nameOfClass(known, info.classNames)}, `;
    return `${capital(`${what}${pool.origin(real)}`)}.`;
  }
  const asked = label === null ? '' : `, asked for ${nameOfClass(label, info.classNames)}`;
  return `Painted on this page by ${model.title}${asked}: seed ${seed}, ${steps} step${steps === 1 ? '' : 's'} of DDIM.`;
}

/** The title of the list of unusual measures. `found` is undefined if there are too few real pictures. */
export function giveawayTitle(kind: Told['kind'], found: readonly Giveaway[] | undefined): string {
  if (found === undefined) return 'Too few real pictures to say what is unusual.';
  const plain = found.some(({ faint }) => !faint);
  if (kind === 'real') return plain ? 'What could have misled you' : 'Nothing unusual that we can measure.';
  if (plain) return 'What gives it away';
  return found.length > 0 ? 'Nothing visible that we can measure.' : 'Nothing that we can measure.';
}

/** For a screen reader: the gist of what the page shows after an answer. */
export function spoken(told: Told, table: Table, found: readonly Giveaway[] | undefined, score: string): string {
  const plain = (found ?? []).filter(({ faint }) => !faint).map(({ title }) => `${title}.`);
  return [verdictOf(told), factOf(told, table), ...plain, score].join(' ');
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
