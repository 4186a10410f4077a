/** Where sampling starts besides pure noise: what the controls hold of it, its check, and its part of a request. */
import { type PictureOptions, USUAL_VARIATION } from '@onnoise/scheduler/model';
import { integer, number, type Rule, worded } from '@onnoise/scheduler/rules';
import { decimal } from './decimal.ts';

/**
 * `fill` and `redraw` start from a picture, which is kept apart from the draft: a link cannot carry it. `vary` goes
 * around the seed, and `between` from it to another; `same` keeps it, so that only
 * classes and numbers make a difference.
 */
export const STARTS = ['noise', 'fill', 'redraw', 'vary', 'between', 'same'] as const;
export type StartKind = (typeof STARTS)[number];

export interface StartDraft {
  start: string;
  resamples: string;
  strength: string;
  variation: string;
  toward: string;
}

export type Start =
  | { kind: 'fill'; resamples: number }
  | { kind: 'redraw'; strength: number }
  | { kind: 'vary'; variation: number }
  | { kind: 'between'; toward: number }
  | { kind: 'same' };

/** What the visitor has chosen for a start from a picture. */
export interface Brought {
  picture: boolean;
  /** Whether a pixel is painted. */
  mask: boolean;
  /** The drawing that the network is to be told, as a link has it; null: it is too long for one. */
  drawing?: string | null | undefined;
  /** Whether there is a picture that the network is to be told. */
  told?: boolean | undefined;
}

export const LARGEST_RESAMPLES = 20;

export const kindOf = ({ start }: Pick<StartDraft, 'start'>): StartKind | undefined =>
  STARTS.find((kind) => kind === start);

/** Whether it needs a picture. */
export const needsPicture = (kind: string): kind is 'fill' | 'redraw' => kind === 'fill' || kind === 'redraw';

export const START_DEFAULTS: StartDraft = {
  start: 'noise',
  resamples: '3',
  strength: '0.5',
  variation: String(USUAL_VARIATION),
  toward: '171',
};

type Problem = readonly [field: keyof StartDraft, sentence: string];

/** @param wrong makes a sentence of a field's name, its rule in words, and its text. */
export function checkStart(
  draft: StartDraft & { seed: string; count: string },
  brought: Brought,
  wrong: (name: string, words: string, text: string) => string,
): { start: Start | undefined } | { problem: Problem } {
  const kind = kindOf(draft);
  const problem = (field: keyof StartDraft, sentence: string) => ({ problem: [field, sentence] as const });
  const read = (field: 'resamples' | 'strength' | 'variation' | 'toward', name: string, rule: Rule<number>) => {
    const value = decimal(draft[field]);
    return rule.holds(value) ? value : problem(field, wrong(name, rule.words, draft[field]));
  };
  if (kind === undefined) return problem('start', wrong('The start', STARTS.join(' or '), draft.start));
  if (needsPicture(kind) && !brought.picture) return problem('start', 'Choose a picture first, or bring your own.');
  switch (kind) {
    case 'noise':
      return { start: undefined };
    case 'fill': {
      if (!brought.mask) return problem('start', 'Paint over the part of the picture that is to be made anew.');
      const resamples = read('resamples', 'Times', wholeRule(1, LARGEST_RESAMPLES));
      return typeof resamples === 'number' ? { start: { kind, resamples } } : resamples;
    }
    case 'redraw': {
      const strength = read('strength', 'Strength', number({ min: 0.01, max: 1 }));
      return typeof strength === 'number' ? { start: { kind, strength } } : strength;
    }
    case 'vary': {
      const variation = read('variation', 'Variation', number({ min: 0, max: 1 }));
      return typeof variation === 'number' ? { start: { kind, variation } } : variation;
    }
    case 'between': {
      const toward = read('toward', 'The other seed', wholeRule(0, Number.MAX_SAFE_INTEGER));
      if (typeof toward !== 'number') return toward;
      if (toward === Number(draft.seed)) return problem('toward', 'The other seed must differ from the seed.');
      if (draft.count.trim() === '1') return problem('start', 'From one seed to another takes at least 2 pictures.');
      return { start: { kind, toward } };
    }
    case 'same':
      return { start: { kind } };
  }
}

const wholeRule = (min: number, max: number): Rule<number> =>
  worded(`a whole number from ${min} to ${max}`, integer(min, max));

/** The seeds of a request, and how it starts; the picture and its mask come to it later. */
export function startRequest(seed: number, count: number, start: Start | undefined): PictureOptions {
  switch (start?.kind) {
    case 'fill':
      return { seed, resamples: start.resamples };
    case 'redraw':
      return { seed, strength: start.strength };
    case 'vary':
      return { variations: seed, variation: start.variation };
    case 'between':
      return { interpolate: [seed, start.toward] };
    case 'same':
      return { seeds: new Array<number>(count).fill(seed) };
    default:
      return { seed };
  }
}

/** The entries of a link: none for noise. */
export function startEntries(start: Start | undefined): Record<string, string> {
  if (start === undefined) return {};
  const { kind, ...values } = start;
  return { start: kind, ...Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)])) };
}
