/** The inputs of a model as a trace wants them: with every size known. */
import type { TensorSpec } from '../graph/specs.ts';
import { TraceError } from '../graph/trace-error.ts';

/** An input as a model describes it. */
export interface ModelInput {
  name: string;
  /** null for an open axis; undefined where even the number of axes is open. */
  shape: readonly (number | null)[] | undefined;
  dtype: TensorSpec['dtype'];
}

/** What fixes the axes that a model leaves open. */
export interface InputSizes {
  /** The size of the batch, the first axis. It stays open when left out. */
  batch?: number | undefined;
  /** Sizes of an input's axes after the batch, by its name, where the model leaves them open. */
  shapes?: Readonly<Record<string, readonly number[]>> | undefined;
}

/** An input whose axes after the first are known. */
export interface SizedInput {
  name: string;
  dtype: TensorSpec['dtype'];
  /** The first axis: null is the open batch. None where the input is a single number. */
  shape: readonly (number | null)[];
}

/** @throws TraceError for sizes that are missing, wrong, or of no input */
export function sizedInputs(inputs: readonly ModelInput[], { batch, shapes = {} }: InputSizes): SizedInput[] {
  const names = inputs.map(({ name }) => name);
  const stray = Object.keys(shapes).find((name) => !names.includes(name));
  if (stray !== undefined) {
    throw new TraceError(
      `Cannot trace the model: a shape must be of an input (${names.join(', ')}), received ${stray}.`,
    );
  }
  if (batch !== undefined && !isSize(batch)) {
    throw new TraceError(`Cannot trace the model: the batch must be a whole number from 1, received ${batch}.`);
  }
  const sized = inputs.map((input) => sizedInput(input, batch, shapes[input.name]));
  const open = inputs.some(({ shape }) => shape === undefined || shape[0] === null);
  if (batch !== undefined && !open && sized.every(({ shape }) => shape[0] !== batch)) {
    const has = [...new Set(sized.map(({ shape }) => shape[0] ?? 'none'))].join(' and ');
    throw new TraceError(
      `Cannot trace the model: the batch must be left out, as the model has its own (${has}), received ${batch}.`,
    );
  }
  return sized;
}

const isSize = (size: number): boolean => Number.isSafeInteger(size) && size > 0;

function sizedInput(
  { name, shape, dtype }: ModelInput,
  batch: number | undefined,
  given: readonly number[] | undefined,
): SizedInput {
  if (given?.some((size) => !isSize(size))) {
    throw new TraceError(
      `Cannot trace the model: the shape of ${name} must be whole numbers from 1, received [${given}].`,
    );
  }
  if (shape === undefined && given === undefined) throw missing(name, 'of unknown rank');
  const [first, ...rest] = shape ?? [null, ...given!];
  if (first === undefined) return { name, dtype, shape: [] };
  if (given && (given.length !== rest.length || rest.some((size, i) => size !== null && size !== given[i]))) {
    throw new TraceError(
      `Cannot trace the model: the shape of ${name} must fit [${rest.map((size) => size ?? 'any')}] after the batch, received [${given}].`,
    );
  }
  if (rest.includes(null) && given === undefined)
    throw missing(name, `[${(shape ?? []).map((size) => size ?? 'any')}]`);
  return { name, dtype, shape: [first ?? batch ?? null, ...rest.map((size, i) => size ?? given![i]!)] };
}

const missing = (name: string, is: string): TraceError =>
  new TraceError(
    `Cannot trace the model: the shape of ${name} must be given after the batch, as the model leaves it open (${is}), received none; as shapes, or with --shape ${name}=224,224,3.`,
  );

/** The inputs at a batch size. */
export const specsAt = (inputs: readonly SizedInput[], batch: number): TensorSpec[] =>
  inputs.map(({ name, dtype, shape }) => ({ name, dtype, shape: shape.map((size) => size ?? batch) }));

/** Names, with a number where one comes again or is taken: outputs of one layer have its name. */
export function uniqueNames(names: readonly string[], taken: Iterable<string>): string[] {
  const used = new Set(taken);
  return names.map((name) => {
    let unique = name;
    for (let i = 1; used.has(unique); i++) unique = `${name}_${i}`;
    used.add(unique);
    return unique;
  });
}
