/** The one picture that the sliders ask for: its start, its request, and its name in words and in a file. */
import type { ImageSeed } from '@onnoise/scheduler';
import type { ConditionSpec, PictureOptions } from '@onnoise/scheduler/model';
import { conditionWords, usualCondition, usualRange } from '../../../components/condition-words.ts';
import type { LiveFacts } from '../../../state/model-line.ts';

import { rangeText, readCondition } from '../state/fields.ts';
import { DEFAULTS, type Draft, LARGEST_COUNT } from '../state/parameters.ts';

export interface Wanted {
  seed: number;
  /** The other seed. */
  toward: number;
  /** How far to go to it, 0 to 1. */
  share: number;
  /** The class; 0 for a model without. */
  label: number;
  /** Of every number that the model takes. */
  conditions: Readonly<Record<string, number>>;
}

export const LARGEST_SEED = Number.MAX_SAFE_INTEGER;

/** Of the pictures that the settings ask for, the one in the middle; of a link to one picture, that one. */
export function middleOf(draft: Pick<Draft, 'count'>): number {
  return Math.floor((countOf(draft) - 1) / 2);
}

const countOf = ({ count }: Pick<Draft, 'count'>) => Math.min(LARGEST_COUNT, Math.max(1, wholeOr(count, 1)));

/** That picture; the usual in place of what is wrong. */
export function firstWanted({ classes, conditions }: LiveFacts, draft: Draft): Wanted {
  const middle = middleOf(draft);
  const seed = wholeOr(draft.seed, Number(DEFAULTS.seed)) + middle;
  const toward = draft.toward === DEFAULTS.toward ? seed + 1 : wholeOr(draft.toward, seed + 1);
  const labels = draft.labels.filter((label) => label < classes.length);
  const label = inTurn(labels.length > 0 ? labels : classes.map((_, label) => label), middle);
  const firstOf = (spec: ConditionSpec): number => {
    const text = Object.hasOwn(draft.conditions, spec.name) ? draft.conditions[spec.name]! : undefined;
    const values = readCondition(text ?? rangeText(...usualRange(spec)), spec, countOf(draft)) ?? [];
    return inTurn(values, middle) ?? usualCondition(spec);
  };
  return {
    seed,
    toward: toward === seed ? seed + 1 : toward,
    share: 0,
    label: label ?? 0,
    conditions: Object.fromEntries(conditions.map((spec) => [spec.name, firstOf(spec)])),
  };
}

/** undefined of none. */
const inTurn = (values: readonly number[], index: number): number | undefined => values[index % values.length];

function wholeOr(text: string, otherwise: number): number {
  const value = /^\s*\d+\s*$/.test(text) ? Number(text) : Number.NaN;
  return value <= LARGEST_SEED - LARGEST_COUNT ? value : otherwise;
}

/** The noise: of a seed, or between two on the great circle through them, which keeps its size. */
export const seedOf = ({ seed, toward, share }: Wanted): ImageSeed =>
  share === 0 || seed === toward ? seed : share === 1 ? toward : { seed, toward, share };

/** Steps and sampler are the student's own. */
export const requestOf = ({ classes, conditions }: LiveFacts, wanted: Wanted): PictureOptions => ({
  seeds: [seedOf(wanted)],
  ...(classes.length > 0 && { labels: [wanted.label] }),
  ...(conditions.length > 0 && { conditions: wanted.conditions }),
});

/** `female, bone age 10 years 2 months, 35 % from seed 170 to 171` */
export function describeWanted({ classes, conditions }: LiveFacts, wanted: Wanted): string {
  const numbers = conditions.map(({ name }) => {
    const { label, say } = conditionWords(name);
    return `${label.charAt(0).toLowerCase()}${label.slice(1)} ${say(wanted.conditions[name]!)}`;
  });
  const named = classes.slice(wanted.label, wanted.label + 1);
  return [...named, ...numbers, seedWords(wanted)].join(', ');
}

export function seedWords(wanted: Wanted): string {
  const seed = seedOf(wanted);
  if (typeof seed === 'number') return `seed ${seed}`;
  return `${Math.round(100 * seed.share)} % from seed ${seed.seed} to ${seed.toward}`;
}

/** What the settings say for this very picture; undefined for a mix of seeds, which no link carries. */
export function draftOf({ classes }: LiveFacts, wanted: Wanted): Draft | undefined {
  const seed = seedOf(wanted);
  if (typeof seed !== 'number') return undefined;
  return {
    ...DEFAULTS,
    count: '1',
    seed: String(seed),
    labels: classes.length > 0 ? [wanted.label] : [],
    conditions: Object.fromEntries(Object.entries(wanted.conditions).map(([name, value]) => [name, String(value)])),
  };
}

/** `hands-1-seed170`, `hands-1-seed170to171at35` */
export function fileStem(model: string, wanted: Wanted): string {
  const seed = seedOf(wanted);
  if (typeof seed === 'number') return `${model}-seed${seed}`;
  return `${model}-seed${seed.seed}to${seed.toward}at${Math.round(100 * seed.share)}`;
}
