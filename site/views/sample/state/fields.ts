/** What the controls hold of a start, of numbers and of a drawing, and their check: the parts of parameters.ts. */
import { LARGEST_GUIDANCE } from '@onnoise/scheduler';
import {
  type ConditionImage,
  type ConditionSpec,
  nameChannels,
  type PictureOptions,
  USUAL_VARIATION,
} from '@onnoise/scheduler/model';
import { integer, number, type Rule, worded } from '@onnoise/scheduler/rules';
import { usualCondition, usualRange } from '../../../components/condition-words.ts';
import { decodeDrawing } from '../masks/mask.ts';

/** The number of a field's text in plain decimals, such as `0.5`; NaN for any other text. */
export const decimal = (text: string): number => (/^\s*(\d+\.?\d*|\.\d+)\s*$/.test(text) ? Number(text) : Number.NaN);

/** By name: a number as typed, several in turn with commas between them, or a range, `24..216`. Empty: absent. */
export type ConditionDraft = Readonly<Record<string, string>>;

/** What the field shows: a model that needs the number gets its mean. */
export function conditionText(draft: ConditionDraft, spec: ConditionSpec, optional: boolean): string {
  const typed = Object.hasOwn(draft, spec.name) ? draft[spec.name] : undefined; // a name may be `constructor`
  return typed ?? (optional ? '' : String(usualCondition(spec)));
}

/** Names that a link asks for and the model does not have. */
export const unknownConditions = (draft: ConditionDraft, specs: readonly ConditionSpec[]): string[] =>
  Object.keys(draft).filter((name) => !specs.some((spec) => spec.name === name));

/** The usual range of each number that the draft does not have. */
export function usualConditionDraft(draft: ConditionDraft, specs: readonly ConditionSpec[]): ConditionDraft {
  const missing = specs.filter(({ name }) => !Object.hasOwn(draft, name));
  return Object.fromEntries(missing.map((spec) => [spec.name, rangeText(...usualRange(spec))]));
}

export const rangeText = (low: number, high: number): string => `${low}..${high}`;

const numberOf = (text: string) => (text.trim() === '' ? Number.NaN : Number(text));

/**
 * The numbers of a field in turn, [] for an empty one; undefined where the text is none, or out of range.
 * @param count pictures, over which a range is spread
 */
export function readCondition(text: string, { min, max }: ConditionSpec, count: number): number[] | undefined {
  if (text.trim() === '') return [];
  const ends = text.split('..').map(numberOf);
  const values = ends.length === 2 ? ends : text.split(',').map(numberOf);
  if (!values.every(number({ min, max }).holds)) return undefined;
  return ends.length === 2 ? evenly(ends[0]!, ends[1]!, count) : values;
}

/** From one end to the other, both included: whole numbers where the ends are and there are as many. */
export function evenly(from: number, to: number, count: number): number[] {
  if (count === 1) return [from];
  const whole = Number.isInteger(from) && Number.isInteger(to) && Math.abs(to - from) >= count - 1;
  return Array.from({ length: count }, (_, i) => {
    const value = from + ((to - from) * i) / (count - 1);
    return whole ? Math.round(value) : Number(value.toPrecision(6));
  });
}

/** The ends of a range or list, equal for one number; undefined where the text is none of these. */
export function endsOf(text: string, spec: ConditionSpec): [from: number, to: number] | undefined {
  const values = readCondition(text, spec, 2);
  return values === undefined || values.length === 0 ? undefined : [values[0]!, values.at(-1)!];
}

/** Of the scale. */
export const GUIDANCE = number({ min: 0, max: LARGEST_GUIDANCE });

export type Interval = readonly [low: number, high: number];

/** The scale, or undefined where the text is none. */
export function readGuidance(text: string): number | undefined {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  return GUIDANCE.holds(value) ? value : undefined;
}

export const intervalWords = (timesteps: number): string => `two timesteps from 0 to ${timesteps - 1}, the lower first`;

/** `100,900`, or 'all' for an empty text; undefined where the text is neither. */
export function readInterval(text: string, timesteps: number): Interval | 'all' | undefined {
  if (text.trim() === '') return 'all';
  const [low, high, ...more] = text.split(',').map(decimal);
  if (low === undefined || high === undefined || more.length > 0) return undefined;
  return low <= high && high < timesteps ? [low, high] : undefined;
}

/** Where sampling starts besides pure noise: what the controls hold of it, its check, and its part of a request. */

/**
 * `fill` and `redraw` start from a picture, which is kept apart from the draft: a link cannot carry it. `vary` goes
 * around the seed, and `between` from it to another; `same` keeps it, so that only
 * classes and numbers make a difference.
 */
const STARTS = ['noise', 'fill', 'redraw', 'vary', 'between', 'same'] as const;
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

/** The mask or picture that a network is told of all pictures: what the controls hold of it, its check, and its part of a link. */

/** What is told; a drawing that is too long for a link has no text. */
export type ToldPicture = { kind: 'drawing'; text: string | undefined } | { kind: 'picture' } | { kind: 'none' };

/** As a link says that nothing is told. */
export const UNTOLD = 'none';

/** In a draft: empty is what the page holds, `UNTOLD`, or a drawing as a link has it. */
export interface ToldDraft {
  drawing: string;
}

/** What the model takes; `optional`: it may be told nothing. undefined: not known yet. */
interface ToldLimits {
  conditionImage?: ConditionImage | undefined;
  nullCondition?: boolean | undefined;
  known: boolean;
}

export function checkTold(
  { drawing }: ToldDraft,
  { conditionImage, nullCondition = false, known }: ToldLimits,
  { drawing: drawn, told = false }: Brought,
): { told: ToldPicture | undefined } | { problem: string } {
  if (!known) return { told: undefined };
  if (conditionImage === undefined) {
    return drawing === '' || drawing === UNTOLD ? { told: undefined } : { problem: 'This model takes no drawing.' };
  }
  const { mask } = conditionImage;
  if (drawing === UNTOLD) {
    if (nullCondition) return { told: { kind: 'none' } };
    return { problem: `This model makes no picture without a ${mask ? 'drawing' : 'picture'}: choose it.` };
  }
  if (mask) {
    const [classes, height, width] = conditionImage.shape;
    if (drawing !== '' && decodeDrawing(drawing, { classes, width, height }) === undefined) {
      const form = `${width} × ${height} pixels in ${classes} classes`;
      return { problem: `The link’s drawing is none of ${form}, as this model takes them. Draw another.` };
    }
    return { told: { kind: 'drawing', text: drawing || (drawn ?? undefined) } };
  }
  if (drawing !== '') return { problem: 'This model takes a picture, and no drawing.' };
  const [channels] = conditionImage.shape;
  if (channels !== 1 && channels !== 3) {
    const told = `a picture of ${nameChannels(channels)}`;
    return { problem: `This model is told ${told}, and files of pictures are gray or in colour.` };
  }
  return told ? { told: { kind: 'picture' } } : { problem: 'Choose the picture that the network is to be told.' };
}

/** Whether a link can carry it. */
export const isLinkable = (told: ToldPicture | undefined): boolean =>
  told === undefined || told.kind === 'none' || (told.kind === 'drawing' && told.text !== undefined);

/** The entries of a link. */
export function toldEntries(told: ToldPicture | undefined): Partial<ToldDraft> {
  if (told?.kind === 'none') return { drawing: UNTOLD };
  return told?.kind === 'drawing' && told.text !== undefined ? { drawing: told.text } : {};
}

/** `Put soft tissue, radius and the others where you like. Every picture follows the drawing.` */
export function drawWords([, ...classes]: readonly string[]): string {
  const [first, second] = classes;
  const names = classes.length > 2 ? `${first}, ${second} and the others` : classes.join(' and ');
  return `Put ${names} where you like. Every picture follows the drawing.`;
}
