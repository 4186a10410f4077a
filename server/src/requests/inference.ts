/** Tensors of the Open Inference Protocol as a call of the network, and back. */
import type { CallTask, EngineModel, Owner } from '@onnoise/runtime-node/engine';
import { lastTimestep } from '@onnoise/scheduler';
import { conditionRows, type ExtraInput, extraInputs, widenHalf } from '@onnoise/scheduler/model';
import { readTensor, refuseTensor, type TensorRule, tensorBytes, toHalf } from '../bodies/tensor-input.ts';
import { Refusal } from '../errors/errors.ts';
import type { CompleteOptions } from '../options/options.ts';
import { describeMask } from './describe-mask.ts';
import { toldSize } from './told-fields.ts';
import { objectOf, schemaOf, type Typed, type TypeOf } from './typed.ts';

/** The most that an exported network's own check lets through: `guardConditions`. */
const LARGEST_CONDITION = 2 ** 99;

const text = (maxLength: number) => schemaOf<string>({ type: 'string', maxLength });
const parameters = schemaOf<Record<string, unknown>>({ type: 'object', additionalProperties: true });

/** The protocol lets every object have more than it names. */
const OPEN = { additionalProperties: true };

const INPUT = objectOf(
  {
    name: text(64),
    shape: schemaOf<number[]>({ type: 'array', maxItems: 8, items: { type: 'integer', minimum: 0 } }),
    datatype: text(16),
    parameters,
    // checked by hand: there are many
    data: schemaOf<unknown>({
      description: 'Values, row after row, flat or nested; or parameters give a binary_data_size.',
    }),
  },
  ['name', 'shape', 'datatype'],
  OPEN,
);

const OUTPUT = objectOf(
  { name: schemaOf<string>({ type: 'string', enum: ['out_sample'] }), parameters },
  ['name'],
  OPEN,
);

export const INFERENCE_BODY = objectOf(
  {
    id: text(256),
    parameters,
    inputs: schemaOf<TypeOf<typeof INPUT>[]>({ type: 'array', minItems: 1, maxItems: 5, items: INPUT }),
    outputs: schemaOf<TypeOf<typeof OUTPUT>[]>({ type: 'array', maxItems: 1, items: OUTPUT }),
  },
  ['inputs'],
  OPEN,
);

const MODEL = schemaOf<string>({ type: 'string' });

/** What an address names: a model, and its version where that is a part of it. */
export const paramsOf = (path: string) =>
  objectOf({ model: MODEL, ...(path.includes(':version') && { version: MODEL }) }, ['model']) as Typed<{
    model: string;
    version?: string;
  }>;

export type InferenceBody = TypeOf<typeof INFERENCE_BODY>;

/** The network's inputs and outputs, with the protocol's types; -1: any number of images. */
export function tensorsOf(model: EngineModel) {
  const { shape } = model;
  return {
    inputs: [
      { name: 'sample', datatype: 'FP32', shape: [-1, ...shape] },
      { name: 'timestep', datatype: 'FP32', shape: [-1] },
      ...extraInputs(model).map(({ name, type, sides }) => ({
        name,
        datatype: type === 'int64' ? 'INT64' : 'FP32',
        shape: [-1, ...sides],
      })),
    ],
    outputs: [{ name: 'out_sample', datatype: 'FP32', shape: [-1, ...shape] }],
  };
}

const TRITON_TYPES: Readonly<Record<string, string>> = { FP32: 'TYPE_FP32', INT64: 'TYPE_INT64' };

/**
 * A model as Triton configures it. With a `max_batch_size` of 0 shapes are whole, with the axis of the batch: Triton leaves that out
 * above 0, and then knows no tensor that has no other, as `timestep`.
 */
export function configOf(model: EngineModel) {
  const { inputs, outputs } = tensorsOf(model);
  const describe = ({ name, datatype, shape }: (typeof inputs)[number]) => ({
    name,
    data_type: TRITON_TYPES[datatype]!,
    dims: shape,
  });
  return {
    name: model.name,
    platform: 'onnxruntime_onnx',
    backend: 'onnxruntime',
    max_batch_size: 0,
    input: inputs.map(describe),
    output: outputs.map(describe),
    version_policy: { latest: { num_versions: 1 } },
  };
}

/** The types that an input may have besides its own. The output has that of `sample`. */
const ALSO: Readonly<Record<string, readonly string[]>> = {
  sample: ['FP16'],
  timestep: ['FP16', 'INT64', 'INT32'],
  class_labels: ['INT32'],
  conditions: ['FP16'],
  condition_image: ['FP16'],
};

/** What a caller must know besides the tensors. The protocol allows only single values. */
export function parametersOf(model: EngineModel) {
  const { scheduler, classes, classNames, channelNames, nullCondition, conditions, conditionImage, maskOutput } = model;
  return {
    timesteps: scheduler.num_train_timesteps,
    ...(classNames && { class_names: JSON.stringify(classNames) }),
    ...(channelNames && { channel_names: JSON.stringify(channelNames) }),
    ...(nullCondition && classes > 0 && { null_class: classes }),
    ...(conditions.length > 0 && { conditions: JSON.stringify(conditions) }),
    ...(conditionImage?.mask && { condition_mask: JSON.stringify(describeMask(conditionImage.mask)) }),
    ...(maskOutput && { drawn_mask: JSON.stringify(describeMask(maskOutput)) }),
  };
}

/**
 * @param binary the bytes after the JSON: the data of inputs with a `binary_data_size`, in order.
 * @throws Refusal (400) for inputs of another name, type, shape or value than the model's, and for too many images.
 */
export function toCall(
  model: EngineModel,
  { inputs }: InferenceBody,
  binary: Buffer,
  owner: Owner,
  { maxImages }: Pick<CompleteOptions, 'maxImages'>,
): CallTask {
  const wanted = tensorsOf(model).inputs;
  const names = wanted.map(({ name }) => name);
  const given = inputs.map(({ name }) => name);
  if (given.length !== names.length || names.some((name) => !given.includes(name))) {
    refuseTensor('inputs', `be ${names.join(', ')}`, given.join(', '));
  }
  const count = inputs.find(({ name }) => name === 'sample')!.shape[0] ?? 0;
  if (count < 1 || count > maxImages) refuseTensor('sample', `have 1 to ${maxImages} images`, count);
  const ranges = rangesOf(model);
  let rest = binary;
  const values = new Map<string, Float32Array>();
  for (const input of inputs) {
    const { datatype, shape } = wanted.find(({ name }) => name === input.name)!;
    const dims = [count, ...shape.slice(1)];
    const datatypes = [datatype, ...(ALSO[input.name] ?? [])];
    const read = readTensor(input, { datatypes, dims, range: ranges[input.name] }, rest);
    values.set(input.name, read.values);
    rest = rest.subarray(read.bytes);
  }
  if (rest.length > 0) refuseTensor('inputs', `account for all bytes after the JSON`, `${rest.length} more`);
  return {
    ...owner,
    model: model.name,
    x: values.get('sample')!,
    timesteps: values.get('timestep')!,
    rows: rowsOf(model, values, count),
  };
}

/**
 * The values that the network takes. It refuses others itself, but then with the whole batch, in which other clients'
 * images may be.
 */
function rangesOf(model: EngineModel): Record<string, TensorRule['range']> {
  const { scheduler, classes, nullCondition, conditions, conditionImage } = model;
  const width = 2 * conditions.length;
  return {
    timestep: () => [0, lastTimestep(scheduler)],
    class_labels: () => [0, nullCondition ? classes : classes - 1],
    conditions: (index) => (index % width < width / 2 ? [-LARGEST_CONDITION, LARGEST_CONDITION] : [0, 1]),
    condition_image: () => [conditionImage?.mask ? 0 : -1, 1],
  };
}

function rowsOf(model: EngineModel, values: ReadonlyMap<string, Float32Array>, count: number): Float32Array[] {
  const labels = values.get('class_labels');
  const rows = (name: ExtraInput['name'], width: number) => {
    const all = values.get(name);
    return all && Array.from({ length: count }, (_, i) => all.subarray(i * width, (i + 1) * width));
  };
  const given = {
    labels: labels && [...labels],
    conditions: rows('conditions', 2 * model.conditions.length),
    conditionImages: rows('condition_image', toldSize(model)),
  };
  return conditionRows(extraInputs(model), given, count);
}

/** The form of output that the request asks for. */
export function wantedOutput({ parameters, outputs }: InferenceBody): 'none' | 'json' | 'binary' {
  if (outputs?.length === 0) return 'none';
  const own = outputs?.[0]?.parameters ?? {};
  for (const name of ['classification', 'shared_memory_region']) {
    if (name in own) refuseOutput(`${name} must be left out, the output is given as values`);
  }
  const binary = own.binary_data ?? parameters?.binary_data_output ?? false;
  if (typeof binary !== 'boolean') refuseOutput('binary_data must be true or false');
  return binary ? 'binary' : 'json';
}

function refuseOutput(rule: string): never {
  throw new Refusal(400, 'invalid_value', `Cannot call the network: ${rule}.`, { param: 'outputs' });
}

/** The type of the output: half precision for who sent half precision. */
export const outputType = ({ inputs }: InferenceBody): 'FP32' | 'FP16' =>
  inputs.some(({ name, datatype }) => name === 'sample' && datatype === 'FP16') ? 'FP16' : 'FP32';

/** Rows [C, H, W] as one tensor [N, C, H, W]: its values in JSON, or its byte count there and bytes after it. */
export function toOutput(
  { shape }: EngineModel,
  rows: readonly Float32Array[],
  { binary, datatype }: { binary: boolean; datatype: 'FP32' | 'FP16' },
) {
  const head = { name: 'out_sample', datatype, shape: [rows.length, ...shape] };
  const parts = rows.map((row) => tensorBytes(row, datatype));
  if (binary) {
    const bytes = Buffer.concat(parts);
    return { output: { ...head, parameters: { binary_data_size: bytes.length } }, bytes };
  }
  const rounded = datatype === 'FP16' ? rows.map((row) => widenHalf(toHalf(row))) : rows;
  return { output: { ...head, data: rounded.flatMap((row) => Array.from(row)) }, bytes: undefined };
}
