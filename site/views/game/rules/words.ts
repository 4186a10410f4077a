/** Words about an answered picture. */
import { areSexes, conditionWords } from '../../../components/condition-words.ts';
import type { Table, Told } from './game.ts';
import type { Pool } from './pool.ts';
import { capital, TERMS, type Terms } from './terms.ts';

/** A picture's name: only its place before the answer. */
export function labelOf(place: number, pictures: number, told?: string): string {
  const name = `Picture ${place + 1} of ${pictures}`;
  return told === undefined ? name : `${name}: ${told}`;
}

export function verdictOf({ said, kind }: Pick<Told, 'said' | 'kind'>, terms: Terms): string {
  const { is } = terms[kind];
  if (said === kind) return `Right, it is ${is}.`;
  return kind === 'synthetic' ? `Fooled: it is ${is}.` : `Too suspicious: it is ${is}.`;
}

/** "a 7", "an 8", "female"; another class that is no number in quotes. */
export function nameOfClass(label: number, names: readonly string[] | undefined): string {
  const name = names?.[label] ?? String(label);
  if (!/^\d+$/.test(name)) return areSexes(names ?? []) ? name : `“${name}”`;
  return /^(8\d*|11|18)$/.test(name) ? `an ${name}` : `a ${name}`;
}

/** What it was, a sentence. */
export function factOf(told: Told, table: Table): string {
  const { kind, real, seed, label, conditions } = told;
  const { pool, info, model, steps } = table;
  if (kind === 'real') {
    const known = pool.labels?.[real];
    const what = known === undefined ? [] : [nameOfClass(known, info.classNames)];
    return `${capital([...what, ...numbersOf(poolNumbers(pool, real)), pool.origin(real)].join(', '))}.`;
  }
  const asked = [...(label === null ? [] : [nameOfClass(label, info.classNames)]), ...numbersOf(conditions)];
  const how = asked.length === 0 ? '' : `, asked for ${asked.join(', ')}`;
  const { made } = TERMS[pool.terms];
  return `${capital(made)} on this page by ${model.title}${how}: seed ${seed}, ${stepsWords(steps)} of DDIM.`;
}

const stepsWords = (steps: number): string => (steps === 1 ? '1 step' : `${steps} steps`);

const poolNumbers = ({ conditions = {} }: Pool, index: number): Record<string, number> =>
  Object.fromEntries(Object.entries(conditions).map(([name, values]) => [name, values[index]!]));

/** "bone age 7 years 10 months" */
const numbersOf = (conditions: Readonly<Record<string, number>>): string[] =>
  Object.entries(conditions).map(([name, value]) => {
    const { label, say } = conditionWords(name);
    return `${label.toLowerCase()} ${say(value)}`;
  });

/** For a screen reader: the gist of what the page shows after an answer. */
export const spoken = (told: Told, table: Table, score: string): string =>
  [verdictOf(told, TERMS[table.pool.terms]), factOf(told, table), score].join(' ');
