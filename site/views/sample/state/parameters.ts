/**
 * What the controls hold, and its check against a model. Fields hold the text as typed, so that a wrong value can stay
 * in its field with a sentence beside it.
 */
import {
  DEFAULT_GUIDANCE,
  DEFAULT_SAMPLER,
  eachSamplerOption,
  optionRule,
  optionsOfSampler,
  SAMPLER_NAMES,
  SAMPLER_OPTION_NAMES,
  SAMPLER_OPTIONS,
  type SamplerName,
  type SamplerOption,
  type SamplerOptionName,
  type SamplerValues,
} from '@onnoise/scheduler';
import {
  type ConditionImage,
  type ConditionSpec,
  type Distilled,
  type PictureOptions,
  STUDENT_SAMPLER,
  USUAL_STEPS,
  usualSampling,
} from '@onnoise/scheduler/model';
import { number as numberRule } from '@onnoise/scheduler/rules';
import {
  type Brought,
  type ConditionDraft,
  checkStart,
  checkTold,
  conditionText,
  decimal,
  GUIDANCE,
  type Interval,
  intervalWords,
  kindOf,
  readCondition,
  readGuidance,
  readInterval,
  START_DEFAULTS,
  type Start,
  type StartDraft,
  type StartKind,
  startRequest,
  type ToldDraft,
  type ToldPicture,
  unknownConditions,
  usualConditionDraft,
} from './fields.ts';

/** The controls, one for each sampler option. `labels` are the classes in order of choice; none: all in turn. */
export interface Draft extends Record<SamplerOptionName, string>, StartDraft, ToldDraft {
  count: string;
  steps: string;
  sampler: string;
  seed: string;
  labels: readonly number[];
  guidance: string;
  /** The timesteps that are guided, as `100,900`; empty: all. */
  interval: string;
  conditions: ConditionDraft;
}

/** A checked draft. */
export interface Parameters extends SamplerValues {
  count: number;
  steps: number;
  sampler: SamplerName;
  seed: number;
  labels: readonly number[];
  /** undefined: the model takes none. */
  guidance?: number | undefined;
  /** undefined: all timesteps are guided. */
  interval?: Interval | undefined;
  /** Values in turn; one that is absent is left out. */
  conditions?: Readonly<Record<string, readonly number[]>> | undefined;
  /** undefined: noise alone. */
  start?: Start | undefined;
  /** undefined: the model takes none. */
  told?: ToldPicture | undefined;
}

/** What the loaded model allows. */
export interface Limits {
  /** T of the schedule. */
  timesteps: number;
  /** The timesteps that the network may be told, from 0 on: with flow matching one more. Default: as many. */
  timesTold?: number | undefined;
  /** Classes of a conditional model, else 0. */
  classes: number;
  /** Whether guidance can be asked for. Default: false. */
  nullCondition?: boolean | undefined;
  /** Of a student, which decides how it is sampled. Default: none. */
  distilled?: Distilled | undefined;
  /** Default: not known yet. */
  conditions?: readonly ConditionSpec[] | undefined;
  /** Default: none. */
  conditionImage?: ConditionImage | undefined;
}

/** By field; that of a condition is `condition.` and its name. */
export type Problems = { readonly [K in keyof Draft | `condition.${string}`]?: string };

const NOTHING: Brought = { picture: false, mask: false };

export const LARGEST_COUNT = 16;
/** Seeds with more digits are hard to say and to type; the engine takes any up to 2^53 - 1. */
const DICE_SIDES = 10_000;

/** Ten legible digits, each once: chosen by looking at sheets of several samplers and step counts. */
export const DEFAULTS: Draft = {
  count: '10',
  steps: String(USUAL_STEPS),
  sampler: DEFAULT_SAMPLER,
  ...eachSamplerOption((_, option) => String(option.default)),
  seed: '170',
  labels: [],
  guidance: String(DEFAULT_GUIDANCE),
  interval: '',
  conditions: {},
  drawing: '',
  ...START_DEFAULTS,
};

function whole(name: string, text: string, least: number, most: number): number | string {
  const value = /^\s*\d+\s*$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  return sentence(name, `a whole number from ${least} to ${most}`, text);
}

function sentence(name: string, rule: string, text: string): string {
  const trimmed = text.trim();
  const shown = trimmed.length > 24 ? `${trimmed.slice(0, 24)}…` : trimmed;
  return `${name} must be ${rule}${shown === '' ? '.' : `, not “${shown}”.`}`;
}

/**
 * The parameters, or a sentence for every wrong field.
 * @param brought what a start from a picture needs.
 */
export function check(
  given: Draft,
  limits: Limits,
  brought: Brought = NOTHING,
): { parameters: Parameters } | { problems: Problems } {
  const draft = limits.distilled ? { ...given, ...studentDraft(limits.distilled) } : given;
  const count = whole('Pictures', draft.count, 1, LARGEST_COUNT);
  const steps = whole('Steps', draft.steps, 1, limits.timesteps);
  const seed = whole('The seed', draft.seed, 0, Number.MAX_SAFE_INTEGER - LARGEST_COUNT);
  const sampler = SAMPLER_NAMES.find((name) => name === draft.sampler);
  const taken = sampler ? optionsOfSampler(sampler) : [];
  const options = eachSamplerOption((name, option) =>
    taken.includes(name) ? readOption(option, draft[name]) : option.default,
  );
  const wrongOptions = SAMPLER_OPTION_NAMES.filter((name) => options[name] === undefined);
  const most = typeof count === 'number' ? count : LARGEST_COUNT;
  const labels = checkLabels(draft.labels, limits.classes, most, kindOf(draft));
  const guided = checkGuidance(draft, limits);
  const conditions = checkConditions(draft.conditions, limits, most);
  const start = checkStart(draft, brought, sentence);
  const told = checkTold(draft, { ...limits, known: limits.conditions !== undefined }, brought);
  const problems = {
    ...(typeof count === 'string' && { count }),
    ...(typeof steps === 'string' && { steps }),
    ...(typeof seed === 'string' && { seed }),
    ...(!sampler && { sampler: sentence('The sampler', SAMPLER_NAMES.join(' or '), draft.sampler) }),
    ...Object.fromEntries(wrongOptions.map((name) => [name, wrongOption(SAMPLER_OPTIONS[name], draft[name])])),
    ...(typeof labels === 'string' && { labels }),
    ...guided.problems,
    ...conditions.problems,
    ...('problem' in start && { [start.problem[0]]: start.problem[1] }),
    ...('problem' in told && { drawing: told.problem }),
  };
  if (Object.keys(problems).length > 0) return { problems };
  const rest = {
    ...guided.values,
    conditions: conditions.values,
    start: 'start' in start ? start.start : undefined,
    ...('told' in told && told.told && { told: told.told }),
  };
  return { parameters: { count, steps, seed, sampler, ...options, labels, ...rest } as Parameters };
}

/** How a student is sampled, whatever the fields hold, which are not shown. */
const studentDraft = ({ calls }: Distilled) => ({
  steps: String(calls),
  sampler: STUDENT_SAMPLER,
  ...eachSamplerOption((_, option) => String(option.default)),
});

function checkGuidance(
  draft: Draft,
  { nullCondition = false, distilled, timesteps, timesTold = timesteps }: Limits,
): { values: Pick<Parameters, 'guidance' | 'interval'>; problems: Problems } {
  if (!nullCondition || distilled) return { values: {}, problems: {} };
  const guidance = readGuidance(draft.guidance);
  const interval = readInterval(draft.interval, timesTold);
  return {
    values: { guidance, interval: interval === 'all' ? undefined : interval },
    problems: {
      ...(guidance === undefined && { guidance: sentence('Guidance', GUIDANCE.words, draft.guidance) }),
      ...(!interval && { interval: sentence('Guided timesteps', intervalWords(timesTold), draft.interval) }),
    },
  };
}

function checkConditions(
  draft: ConditionDraft,
  { conditions, nullCondition = false }: Limits,
  count: number,
): { values: Parameters['conditions']; problems: Problems } {
  const unknown = conditions ? unknownConditions(draft, conditions) : [];
  const read = (conditions ?? []).map((spec) => {
    const text = conditionText(draft, spec, nullCondition);
    const values = readCondition(text, spec, count);
    const fits = values !== undefined && (values.length > 0 || nullCondition);
    return { spec, text, values: fits ? values : undefined };
  });
  const given = read.filter(({ values }) => values !== undefined && values.length > 0);
  const wrong = read.filter(({ values }) => values === undefined);
  const many = given.filter(({ values }) => values!.length > count);
  return {
    values: given.length > 0 ? Object.fromEntries(given.map(({ spec, values }) => [spec.name, values!])) : undefined,
    problems: Object.fromEntries([
      ...wrong.map(({ spec, text }) => [`condition.${spec.name}`, sentence(spec.name, numberRule(spec).words, text)]),
      ...many.map(({ spec, values }) => [`condition.${spec.name}`, tooMany(values!.length, 'values')]),
      ...unknown.map((name) => [`condition.${name}`, `This model has no number “${name}” to ask for.`]),
    ]),
  };
}

/** The value, or undefined where it is none of the option's. */
function readOption(option: SamplerOption, text: string): number | string | undefined {
  const value = 'choices' in option ? text : decimal(text);
  return optionRule(option).holds(value) ? value : undefined;
}

const wrongOption = (option: SamplerOption, text: string) => sentence(option.label, optionRule(option).words, text);

function checkLabels(
  labels: readonly number[],
  classes: number,
  count: number,
  kind: StartKind | undefined,
): readonly number[] | string {
  const { length } = labels;
  if (kind === 'vary' && classes > 1 && length !== 1) return 'Choose one class: pictures near a seed share it.';
  if (kind === 'between' && classes > 1 && (length < 1 || length > 2)) {
    return 'Choose one class for all pictures between the seeds, or two: the first half has the first.';
  }
  if (length === 0) return labels;
  if (classes === 0) return 'This model has no classes to choose from.';
  const strange = labels.find((label) => !(Number.isInteger(label) && label >= 0 && label < classes));
  if (strange !== undefined) return sentence('A class', `a whole number from 0 to ${classes - 1}`, String(strange));
  if (labels.length <= count) return labels;
  return tooMany(labels.length, 'classes');
}

const tooMany = (count: number, what: string) =>
  `${count} ${what} need at least ${count} pictures: choose fewer ${what} or more pictures.`;

/** The sampler's own options; a choice at its default goes without saying. */
export function statedOptions(parameters: Parameters): Partial<SamplerValues> {
  const stated = optionsOfSampler(parameters.sampler).filter((name) => {
    const option = SAMPLER_OPTIONS[name];
    return !('choices' in option) || parameters[name] !== option.default;
  });
  return Object.fromEntries(stated.map((name) => [name, parameters[name]]));
}

/** The request to the sampler; for a start from a picture without the picture and its mask. */
export function toRequest(parameters: Parameters, classes: number): PictureOptions {
  const { count, steps, sampler, seed, labels, guidance, interval, conditions, start } = parameters;
  return {
    count,
    steps,
    sampler,
    ...startRequest(seed, count, start),
    ...statedOptions(parameters),
    ...(classes > 0 && labels.length > 0 && { labels }),
    ...(guidance !== undefined && { guidance }),
    ...(interval && { guidanceInterval: interval }),
    ...(conditions && { conditions }),
  };
}

/** A draft for another model: values that fit stay, the others are corrected, and numbers it lacks go through their range. */
export function fitDraft(
  draft: Draft,
  { timesteps, timesTold = timesteps, classes, conditions: specs, conditionImage, nullCondition = false }: Limits,
): Draft {
  const labels = draft.labels.filter((label) => label < classes);
  const most =
    timesteps > USUAL_STEPS ? timesteps : usualSampling({ scheduler: { num_train_timesteps: timesteps } }).steps;
  const steps = Number(draft.steps) > most ? String(most) : draft.steps;
  const unknown = specs ? unknownConditions(draft.conditions, specs) : [];
  const missing = usualConditionDraft(draft.conditions, specs ?? []);
  const interval = readInterval(draft.interval, timesTold) ? draft.interval : '';
  const told = checkTold(
    draft,
    { conditionImage, nullCondition, known: true },
    { picture: false, mask: false, told: true },
  );
  const drawing = 'problem' in told ? '' : draft.drawing;
  const kept = steps === draft.steps && interval === draft.interval && drawing === draft.drawing;
  const same = labels.length === draft.labels.length && kept;
  if (same && unknown.length === 0 && Object.keys(missing).length === 0) return draft;
  const known = Object.entries(draft.conditions).filter(([name]) => !unknown.includes(name));
  return { ...draft, labels, steps, interval, drawing, conditions: { ...Object.fromEntries(known), ...missing } };
}

/** The hint below the steps. A short schedule has no step count that is too large. */
export function stepsHint(timesteps: number): string {
  const range = `Steps per picture, 1 to ${timesteps}.`;
  return timesteps > USUAL_STEPS ? `${range} More than ${USUAL_STEPS} are slower and seldom better.` : range;
}

/** In place of steps and sampler. */
export const studentWords = ({ calls, guidance }: Distilled): string =>
  `This model draws each picture in ${calls === 1 ? 'one call' : `${calls} calls`} of the network: it learnt from one of many steps${guidance === 1 ? '' : `, with its guidance of ${guidance}`}.`;

/** Adds a class at the end, or removes it. */
export function toggleLabel(labels: readonly number[], label: number): readonly number[] {
  return labels.includes(label) ? labels.filter((other) => other !== label) : [...labels, label];
}

/** A seed of at most four digits, other than the one shown. `random` gives [0, 1). */
export function rollSeed(seed: string, random: () => number = Math.random): string {
  const rolled = Math.floor(random() * DICE_SIDES);
  return String(rolled === Number(seed) ? (rolled + 1) % DICE_SIDES : rolled);
}
