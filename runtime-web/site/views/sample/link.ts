/**
 * A picture as the query of a link: every parameter and the model's id. Opening it samples the picture again.
 *
 *     #/sample?model=digits&count=10&steps=50&sampler=ddpm&seed=170
 */
import { eachSamplerOption, SAMPLER_OPTION_NAMES } from '@onnoise/scheduler';
import { DEFAULTS, type Draft, type Parameters, statedOptions } from './parameters.ts';

const KEYS: string[] = ['model', 'count', 'steps', 'sampler', ...SAMPLER_OPTION_NAMES, 'seed', 'labels'];

/** Keys in a fixed order, with only the sampler's options, and labels only if some were chosen. */
export function encodeLink(parameters: Parameters, model: string): URLSearchParams {
  const { count, steps, sampler, seed, labels } = parameters;
  const options = Object.entries(statedOptions(parameters)).map(([name, value]) => [name, String(value)]);
  return new URLSearchParams({
    model,
    count: String(count),
    steps: String(steps),
    sampler,
    ...Object.fromEntries(options),
    seed: String(seed),
    ...(labels.length > 0 && { labels: labels.join('.') }),
  });
}

export interface Link {
  model: string | undefined;
  /** Missing keys have the defaults; wrong values stay, so that their fields show what is wrong. */
  draft: Draft;
  /** One sentence for a problem that no field can show. */
  problem: string | undefined;
}

/** The link's draft; undefined if the query has none of the parameters. */
export function decodeLink(query: URLSearchParams): Link | undefined {
  const keys = [...query.keys()];
  if (!KEYS.some((key) => query.has(key))) return undefined;
  const unknown = keys.find((key) => !KEYS.includes(key));
  const labels = query.get('labels') ?? '';
  const numbers = labels === '' ? [] : labels.split('.').map((label) => (/^\d+$/.test(label) ? Number(label) : -1));
  const spoilt = numbers.includes(-1);
  const problem =
    unknown !== undefined
      ? `The link has an unknown part “${unknown}”. Known parts: ${KEYS.join(', ')}.`
      : spoilt
        ? `The link’s labels must be whole numbers with dots between them, not “${labels.slice(0, 40)}”.`
        : undefined;
  const field = (key: Exclude<keyof Draft, 'labels'>) => query.get(key) ?? DEFAULTS[key];
  return {
    model: query.get('model') ?? undefined,
    draft: {
      count: field('count'),
      steps: field('steps'),
      sampler: field('sampler'),
      ...eachSamplerOption(field),
      seed: field('seed'),
      labels: spoilt ? [] : numbers,
    },
    problem,
  };
}
