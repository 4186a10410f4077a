/**
 * What `evaluation.json` of a model folder says: how good the model's pictures were found, in which features, with
 * which settings. `pipeline evaluate` writes it; the page and `pipeline compare` show it. This reads the facts that
 * both show, checks them, and passes over the details, which are for the report.
 */
import { InputError } from '../../rules/errors.ts';
import { type Rules, readObject } from '../../rules/read.ts';
import { check, integer, listOf, number, object, oneOf, optional, type Rule, rule, text } from '../../rules/rule.ts';

export const EVALUATION_VERSION = 1;

/** A number, and where it would lie in 95 of 100 repetitions; without an interval where none can be had. */
export interface Estimate {
  value: number;
  interval?: readonly [low: number, high: number] | undefined;
}

/** One measure of a set of images, with its two anchors at the same number of images. */
export interface Measure {
  /** A key such as `frechet`. */
  id: string;
  /** As people call it: `Frechet distance`. */
  name: string;
  /** Which way is good; `none` where both ends are bad. */
  better: 'lower' | 'higher' | 'none';
  /** Of the pictures that are measured, which mostly are a model's. */
  model: Estimate;
  /** Of real images held out of training: what can be reached. */
  real: Estimate;
  /** Of noise: what is easily reached. */
  noise: Estimate;
}

/** Which pictures were measured, and how a model sampled them: only then the rest is there. */
export interface EvaluationSettings extends Partial<Sampling> {
  /** Pictures measured, and images in each anchor. */
  count: number;
  /** Of the first picture that a model draws; of pictures that were there, of the choice among them. */
  seed: number;
}

interface Sampling {
  sampler: string;
  steps: number;
  /** Network calls that a picture takes, those of guidance counted. */
  calls: number;
  guidance?: { scale: number; interval: readonly [from: number, to: number] } | undefined;
  /** `cpu`, `cuda`, ... */
  device: string;
  /** The sampler's own options: `{ eta: 0.5 }`. */
  options?: Readonly<Record<string, string | number | boolean>> | undefined;
}

/** Those of a model's pictures. */
export type SampledSettings = EvaluationSettings & Sampling;

/** `cannot tell` where the images held out are too few, or too much like the training images, to see copies. */
export const VERDICTS = ['copies found', 'none found', 'cannot tell'] as const;
export type Verdict = (typeof VERDICTS)[number];

export interface EvaluationFacts {
  version: typeof EVALUATION_VERSION;
  /** When it ended, as ISO 8601. */
  date: string;
  /** Version of Onnoise that measured. */
  onnoise: string;
  /** The processor and system, in words. */
  machine: string;
  /** What drew the pictures: `name` is the folder's; `hash` is the SHA-256 of `unet/model.onnx` in hex. */
  model?: { name: string; hash: string; parameters: number; network: string } | undefined;
  /**
   * In place of a model, pictures that were there: the path as it was given, how many it holds, and `hash`, which names the
   * exact bytes of the images as that of `data` does.
   */
  pictures?: { name: string; hash: string; count: number } | undefined;
  /** `hash` names the exact bytes of the images; `test` names the images that were compared with, if not held-out ones. */
  data: { name: string; hash: string; train: number; heldOut: number; test?: string | undefined };
  /** The network whose features the distances are measured in. */
  features: { kind: string; name: string; hash: string; width: number; accuracy?: number | undefined };
  settings: EvaluationSettings;
  measures: Measure[];
  memorisation?: { verdict: Verdict } | undefined;
  /** Of sampling; absent for pictures that were there. */
  secondsAPicture?: number | undefined;
}

/**
 * The facts of a parsed `evaluation.json`; keys that are not among them are passed over.
 * @param file its name in error messages
 * @throws InputError that names the key that is wrong, or says that another version wrote it.
 */
export function readEvaluation(json: unknown, file = 'evaluation.json'): EvaluationFacts {
  const action = `read ${file}`;
  const given = check(action, 'it', object, json);
  requireVersion(given, action);
  const { model, pictures, data, features, settings, measures, ...others } = readFacts(given, action, FACTS);
  const { memorisation, secondsAPicture, ...facts } = others;
  const part = (name: string) => `read ${name} of ${file}`;
  const sampled = pictures === undefined;
  return {
    ...facts,
    ...(sampled
      ? {
          model: readFacts(check(action, 'model', object, model), part('model'), MODEL),
          secondsAPicture: check(action, 'secondsAPicture', number({ min: 0 }), secondsAPicture),
        }
      : { pictures: readFacts(pictures, part('pictures'), PICTURES) }),
    data: readFacts(data, part('data'), DATA),
    features: readFacts(features, part('features'), FEATURES),
    settings: sampled
      ? readSettings(settings, part('settings'))
      : readFacts(settings, part('settings'), { count: integer(1), seed: WHOLE }),
    measures: measures.map((measure, i) => readMeasure(measure, part(`measure ${i + 1}`))),
    ...(memorisation && { memorisation: readFacts(memorisation, part('memorisation'), MEMORISATION) }),
  };
}

function requireVersion({ version, onnoise }: Record<string, unknown>, action: string): void {
  if (version === EVALUATION_VERSION) return;
  if (!Number.isInteger(version)) check(action, 'version', oneOf([EVALUATION_VERSION]), version);
  const by = typeof onnoise === 'string' ? `, of Onnoise ${onnoise.slice(0, 40)}` : '';
  throw new InputError(
    `Cannot ${action}: version must be ${EVALUATION_VERSION}, received ${version}${by}. Evaluate the model again with this version.`,
  );
}

const WHOLE = integer(0);
const SHARE = number({ min: 0, max: 1 });
const PAIR: Rule<readonly [number, number]> = rule(
  'two numbers in order',
  (value) => listOf(number()).holds(value) && value.length === 2 && value[0]! <= value[1]!,
);
const OPTIONS: Rule<Record<string, string | number | boolean>> = rule(
  'an object of texts, numbers and flags',
  (value) =>
    object.holds(value) && Object.values(value).every((each) => ['string', 'number', 'boolean'].includes(typeof each)),
);

const FACTS = {
  version: oneOf([EVALUATION_VERSION]),
  date: rule<string>('a date as ISO 8601', (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value))),
  onnoise: text,
  machine: text,
  model: optional(object),
  pictures: optional(object),
  data: object,
  features: object,
  settings: object,
  measures: listOf(object),
  memorisation: optional(object),
  secondsAPicture: optional(number({ min: 0 })),
};
const MODEL: Rules<NonNullable<EvaluationFacts['model']>> = {
  name: text,
  hash: text,
  parameters: WHOLE,
  network: text,
};
const PICTURES: Rules<NonNullable<EvaluationFacts['pictures']>> = { name: text, hash: text, count: integer(1) };
const DATA: Rules<EvaluationFacts['data']> = {
  name: text,
  hash: text,
  train: WHOLE,
  heldOut: WHOLE,
  test: optional(text),
};
const FEATURES: Rules<EvaluationFacts['features']> = {
  kind: text,
  name: text,
  hash: text,
  width: integer(1),
  accuracy: optional(SHARE),
};
const MEMORISATION: Rules<{ verdict: Verdict }> = { verdict: oneOf(VERDICTS) };
const SETTINGS = {
  count: integer(1),
  sampler: text,
  steps: integer(1),
  calls: integer(1),
  guidance: optional(object),
  seed: WHOLE,
  device: text,
  options: optional(OPTIONS),
};
const GUIDANCE: Rules<NonNullable<Sampling['guidance']>> = { scale: number(), interval: PAIR };
const MEASURE = {
  id: text,
  name: text,
  better: oneOf(['lower', 'higher', 'none']),
  model: object,
  real: object,
  noise: object,
};
const ESTIMATE: Rules<Estimate> = { value: number(), interval: optional(PAIR) };

/** As `readObject`, and passes over further keys; a key that is absent is absent in the answer, too. */
function readFacts<T extends object>(json: object, action: string, rules: Rules<T>): T {
  const known = Object.entries(json).filter(([key]) => Object.hasOwn(rules, key));
  const read = Object.entries(readObject(Object.fromEntries(known), action, rules));
  return Object.fromEntries(read.filter(([, value]) => value !== undefined)) as T;
}

function readSettings(json: object, action: string): SampledSettings {
  const { guidance, ...settings } = readFacts(json, action, SETTINGS);
  return { ...settings, ...(guidance && { guidance: readFacts(guidance, `${action}, guidance`, GUIDANCE) }) };
}

function readMeasure(json: object, action: string): Measure {
  const { id, name, better, ...sets } = readFacts(json, action, MEASURE);
  const estimate = (set: keyof typeof sets) => readFacts(sets[set], `${action} (${id}), ${set}`, ESTIMATE);
  return { id, name, better, model: estimate('model'), real: estimate('real'), noise: estimate('noise') };
}
