/**
 * Puts the weights that a run starts from into its network. They must be of the same tensors, but for two changes. The class
 * embedding and the pictures of the classes may get one more row, for the null class, which starts at the mean of the others. And
 * a network that was trained with label dropout may lose all of its conditions.
 */
import { type Distilled, sizeOf } from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';
import type { ParameterSpec } from '../model/index.ts';

/** By name, in PyTorch's order. */
type StartParameters = ReadonlyMap<string, { shape: readonly number[]; values: Float32Array }>;

/** Weights to start from. */
export interface Start {
  /** Folder that they were read from, as `--init` names it. */
  name: string;
  /** SHA-256 of the file that holds them, in hexadecimal. */
  hash: string;
  /** Whether synthetic phantoms were among the images that they learnt from. */
  phantoms?: boolean | undefined;
  /** Which images they learnt from, by `imagesLearnt`; absent where that is not known, or where they started from other weights. */
  images?: string | undefined;
  /** Hash of the images that they learnt from last; absent where that is not known. */
  learnt?: string | undefined;
  /** Where they are of a student. */
  distilled?: Distilled | undefined;
  /** Whether they know pictures without a condition, too; then the last class is the null class. */
  nullCondition?: boolean | undefined;
  parameters: StartParameters;
}

interface Network {
  config: object;
  parameters: readonly Pick<ParameterSpec, 'name' | 'shape'>[];
}

const CLASSES = 'class_embedding.weight';
const CLASS_PICTURES = 'class_picture_embedding.weight';
const BIAS = 'time_embedding.linear_2.bias';

/** What only a conditional network has. */
const isConditional = (name: string) => name === CLASSES || name.startsWith('condition_embeddings.');

/**
 * The network's parameters, buffers included, in its order. The arrays are copies.
 * @throws InputError that names the first tensor that differs.
 */
export function fitParameters(start: Start, { config, parameters }: Network): Map<string, Float32Array> {
  const fitted = new Map<string, Float32Array>();
  const refuse = (name: string, rule: string, received: string): never => {
    throw new InputError(
      `Cannot start from ${start.name}: its ${name} must be ${rule}, received ${received}. Leave out the settings of the network to keep those of its folder.`,
    );
  };
  const describe = (shape: readonly number[]) => `[${shape.join(', ')}]`;
  const conditional = parameters.some(({ name }) => isConditional(name));
  const loses = start.nullCondition && !conditional;
  const from = (loses ? withoutConditions(start.parameters) : undefined) ?? start.parameters;
  for (const { name, shape } of parameters) {
    const given = from.get(name);
    if (!given) return refuse(name, `${describe(shape)} as in the network to train`, 'none');
    if (given.shape.join() === shape.join()) fitted.set(name, given.values.slice());
    else if (gainsNullClass(config, name, given.shape, shape)) fitted.set(name, withMeanRow(given.values, shape));
    else refuse(name, `${describe(shape)} as in the network to train`, describe(given.shape));
  }
  for (const [name, { shape }] of from) {
    if (!fitted.has(name)) refuse(name, 'absent as in the network to train', describe(shape));
  }
  return fitted;
}

function gainsNullClass(config: object, name: string, from: readonly number[], to: readonly number[]): boolean {
  const { null_condition } = config as { null_condition?: boolean };
  return (
    null_condition === true && [CLASSES, CLASS_PICTURES].includes(name) && to[0] === from[0]! + 1 && to[1] === from[1]
  );
}

/** @param shape [rows + 1, width] */
function withMeanRow(values: Float32Array, shape: readonly number[]): Float32Array {
  const [rows, width] = [shape[0]! - 1, shape[1]!];
  const grown = new Float32Array(sizeOf(shape));
  grown.set(values);
  for (let column = 0; column < width; column++) {
    let sum = 0;
    for (let row = 0; row < rows; row++) sum += values[row * width + column]!;
    grown[rows * width + column] = sum / rows;
  }
  return grown;
}

/**
 * The weights of a network without its conditions: those that it has where no class and no number is given, which it learnt
 * by label dropout. What the null class and absent numbers add to the time embedding is the same for every picture, so it
 * goes into the bias of that embedding, and nothing else changes.
 *
 * Limit: a UNet2DModel without pictures of its classes, for they are no sum with the time embedding.
 * @param parameters of a network with a null condition
 * @returns undefined where they are not of such a network
 */
function withoutConditions(parameters: StartParameters): StartParameters | undefined {
  const bias = parameters.get(BIAS);
  if (!bias || parameters.has(CLASS_PICTURES)) return undefined;
  const added = bias.values.slice();
  for (const term of absent(parameters, added.length)) for (const [i, value] of term.entries()) added[i]! += value;
  const kept = [...parameters].filter(([name]) => !isConditional(name));
  return new Map(kept).set(BIAS, { ...bias, values: added });
}

/** What is added to the time embedding, of this width, where nothing is given. */
function absent(parameters: StartParameters, width: number): Float32Array[] {
  const classes = parameters.get(CLASSES)?.values;
  const terms = classes ? [classes.subarray(classes.length - width)] : []; // the null class is the last
  for (let k = 0; parameters.has(`condition_embeddings.${k}.linear_1.bias`); k++) {
    const values = (name: string) => parameters.get(`condition_embeddings.${k}.${name}`)!.values;
    // The features of an absent number are zeros: conditionEmbedding in ../model/condition-embedding.ts.
    const hidden = values('linear_1.bias').map((x) => x / (1 + Math.exp(-x)));
    const weight = values('linear_2.weight'); // [width, width]
    const row = (i: number) => hidden.reduce((sum, h, j) => sum + h * weight[i * width + j]!, 0);
    terms.push(values('linear_2.bias').map((b, i) => b + row(i)));
  }
  return terms;
}
