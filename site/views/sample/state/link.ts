/**
 * A picture as the query of a link: every parameter and the model's id. Opening it samples the picture again.
 *
 *     #/sample?model=digits&count=10&steps=50&sampler=ddpm&seed=170
 *
 * It carries seeds, a drawing if that is short, and no pictures: a sampling that starts from one, or is told one, has no link.
 */
import { eachSamplerOption, SAMPLER_OPTION_NAMES } from '@onnoise/scheduler';
import { needsPicture, START_DEFAULTS, type StartDraft, startEntries, toldEntries } from './fields.ts';
import { DEFAULTS, type Draft, type Parameters, statedOptions } from './parameters.ts';

const START_KEYS = Object.keys(START_DEFAULTS) as (keyof StartDraft)[];
/** `condition.boneage=120`: the part before the name. */
const CONDITION = 'condition.';
const KEYS: string[] = [
  'model',
  'count',
  'steps',
  'sampler',
  ...SAMPLER_OPTION_NAMES,
  'seed',
  'labels',
  'guidance',
  'interval',
  'drawing',
  ...START_KEYS,
];

/** Keys in a fixed order, with only what the sampler, the model and the start take, and labels only if some were chosen. */
export function encodeLink(parameters: Parameters, model: string): URLSearchParams {
  const { count, steps, sampler, seed, labels, guidance, interval, conditions = {}, told, start } = parameters;
  const options = Object.entries(statedOptions(parameters)).map(([name, value]) => [name, String(value)]);
  return new URLSearchParams({
    model,
    count: String(count),
    steps: String(steps),
    sampler,
    ...Object.fromEntries(options),
    seed: String(seed),
    ...(labels.length > 0 && { labels: labels.join('.') }),
    ...(guidance !== undefined && { guidance: String(guidance) }),
    ...(interval && { interval: interval.join(',') }),
    ...Object.fromEntries(Object.entries(conditions).map(([name, values]) => [CONDITION + name, values.join(',')])),
    ...toldEntries(told),
    ...startEntries(start),
  });
}

interface Link {
  model: string | undefined;
  /** Missing keys have the defaults; wrong values stay, so that their fields show what is wrong. */
  draft: Draft;
  /** One sentence for a problem that no field can show. */
  problem: string | undefined;
}

/** The link's draft; undefined if the query has none of the parameters. */
export function decodeLink(query: URLSearchParams): Link | undefined {
  const keys = [...query.keys()];
  if (!keys.some((key) => KEYS.includes(key) || key.startsWith(CONDITION))) return undefined;
  const unknown = keys.find((key) => !KEYS.includes(key) && !key.startsWith(CONDITION));
  const labels = query.get('labels') ?? '';
  const numbers = labels === '' ? [] : labels.split('.').map((label) => (/^\d+$/.test(label) ? Number(label) : -1));
  const spoilt = numbers.includes(-1);
  const problem =
    unknown !== undefined
      ? `The link has an unknown part “${unknown}”. Known parts: ${KEYS.join(', ')}.`
      : spoilt
        ? `The link’s labels must be whole numbers with dots between them, not “${labels.slice(0, 40)}”.`
        : needsPicture(query.get('start') ?? '')
          ? 'The link starts from a picture, which a link cannot carry: choose one.'
          : undefined;
  const field = (key: Exclude<keyof Draft, 'labels' | 'conditions'>) => query.get(key) ?? DEFAULTS[key];
  const conditions = keys.filter((key) => key.startsWith(CONDITION));
  return {
    model: query.get('model') ?? undefined,
    draft: {
      count: field('count'),
      steps: field('steps'),
      sampler: field('sampler'),
      ...eachSamplerOption(field),
      seed: field('seed'),
      labels: spoilt ? [] : numbers,
      guidance: field('guidance'),
      interval: field('interval'),
      drawing: field('drawing'),
      conditions: Object.fromEntries(conditions.map((key) => [key.slice(CONDITION.length), query.get(key)!])),
      ...(Object.fromEntries(START_KEYS.map((key) => [key, field(key)])) as Record<keyof StartDraft, string>),
    },
    problem,
  };
}
