/** The order of `pipeline generate`, checked against the model before anything goes into the queue. */
import { completeRequest, hashModel, readModelFolder } from '@onnoise/runtime-node';
import {
  compileSampler,
  eachSamplerOption,
  overshoots,
  type SamplerSettings,
  type SamplerValues,
} from '@onnoise/scheduler';
import {
  type Artefact,
  type ConditionValues,
  maskNames,
  type PictureOptions,
  usualSampling,
} from '@onnoise/scheduler/model';
import { checkInteger } from '@onnoise/scheduler/rules';
import { checkFileChoice, checkFileFormat, type FileChoice } from '../pictures/choices.ts';
import { factsOf } from '../pictures/facts.ts';
import { TOO_LONG } from '../pictures/too-long.ts';
import { type ConditionTurns, LARGEST_SHARD, type Order } from './shards.ts';
import { hashOfTold, toldImages } from './told.ts';

export interface OrderOptions
  extends SamplerSettings,
    FileChoice,
    Pick<PictureOptions, 'seed' | 'labels' | 'conditions' | 'conditionImages' | 'guidance' | 'guidanceInterval'>,
    Pick<PictureOptions, 'steps' | 'sampler'> {
  /** Images in all, 1 to 10^9. */
  count: number;
  /** Images per shard, 1 to 100,000. Default: 256. */
  shard?: number | undefined;
}

const ACTION = 'generate images';
const USUAL_SHARD = 256;
const LARGEST_COUNT = 1_000_000_000;

/**
 * @param onNote what the user should know before many pictures are made
 * @throws InputError for a folder that is not a model, and for options out of range or that do not fit the model.
 */
export async function makeOrder(
  folder: string,
  options: OrderOptions,
  onNote?: (note: string) => void,
): Promise<Order> {
  const order = orderOf(await readModelFolder(folder), await hashModel(folder), options, (config, asked) => {
    const table = compileSampler(config, asked);
    if (overshoots(table)) onNote?.(TOO_LONG);
    return table;
  });
  const facts = await factsOf(ACTION, folder, options);
  return facts ? { ...order, facts } : order;
}

/**
 * Without what medical files say beside the pixels.
 * @param model its SHA-256, `hashModel`
 * @param compile default: `compileSampler`
 * @throws InputError as `makeOrder`
 */
export function orderOf(
  artefact: Parameters<typeof completeRequest>[0] & Pick<Artefact, 'maskOutput'>,
  model: string,
  options: OrderOptions,
  compile?: typeof compileSampler,
): Order {
  const count = checkInteger(ACTION, '--count', options.count, 1, LARGEST_COUNT);
  const seed = checkInteger(ACTION, '--seed', options.seed ?? 0, 0, Number.MAX_SAFE_INTEGER - count + 1);
  const shard = checkInteger(ACTION, '--shard', options.shard ?? USUAL_SHARD, 1, LARGEST_SHARD);
  const { labels, steps, sampler = usualSampling(artefact).sampler, format, modality, depth } = options;
  checkFileChoice(ACTION, options);
  checkFileFormat(ACTION, artefact, options);
  const conditions = turnsOf(artefact, options.conditions);
  const settings = eachSamplerOption((name, option) => options[name] ?? option.default) as SamplerValues;
  const { classes } = artefact;
  const told = toldImages(artefact, options.conditionImages);
  // Checks each value once. Labels come back repeated over the longest list, but take turns on their own.
  const longest = Math.max(1, ...[labels ?? [], told, ...Object.values(conditions ?? {})].map(({ length }) => length));
  const {
    table,
    guidance,
    labels: numbers = [],
  } = completeRequest(
    artefact,
    {
      count: Math.min(count, longest),
      labels,
      conditions,
      conditionImages: told.length > count ? options.conditionImages : told[0],
      guidance: options.guidance,
      guidanceInterval: options.guidanceInterval,
      steps,
      sampler,
      ...settings,
    },
    compile,
  );
  const all = classes > 0 ? Array.from({ length: classes }, (_, label) => label) : null;
  return {
    model,
    sampler,
    steps: table.steps,
    ...settings,
    ...(guidance && { guidance }),
    ...(format && format !== 'png' && { files: format }),
    ...(modality && { modality }),
    ...(depth === 16 && { depth }),
    labels: labels ? numbers.slice(0, labels.length) : all,
    ...(conditions && { conditions }),
    ...(told.length > 0 && { told: told.map(hashOfTold) }),
    ...(artefact.maskOutput && { maskNames: maskNames(artefact.maskOutput) }),
    seed,
    count,
    shard,
  };
}

/** In the model's order, so that equal orders have equal ids; conditions that it lacks follow, to be refused. */
function turnsOf(
  { conditions = [] }: { conditions?: readonly { name: string }[] | undefined },
  given: ConditionValues = {},
) {
  const names = new Set([...conditions.map(({ name }) => name), ...Object.keys(given)]);
  const turns = [...names].filter((name) => Object.hasOwn(given, name)).map((name) => [name, [given[name]!].flat()]);
  return turns.length === 0 ? undefined : (Object.fromEntries(turns) as ConditionTurns);
}
