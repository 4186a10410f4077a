/**
 * A network's weights as PyTorch's `state_dict()` and diffusers' files hold them, and back.
 *
 * Names, shapes and order of our parameters are those of today's diffusers already, and for `SimpleUnet` those of the
 * tutorial's notebook. What differs:
 *
 * - BatchNorm of PyTorch also counts its batches (`num_batches_tracked`, a whole number). It has no meaning here: written
 *   as 0, which PyTorch itself fills in where it is missing, and left out when read.
 * - Files from 2022 call the matrices of attention `query`, `key`, `value` and `proj_attn`, some as 1 x 1 convolutions.
 *
 * Source: `_fix_state_dict_keys_on_load` of diffusers 0.42.1.
 */
import { InputError } from '@onnoise/scheduler/rules';
import type { Model, ParameterSpec } from '../model/index.ts';
import type { SafetensorsEntry } from './safetensors.ts';

/** diffusers' name for the weights in a model folder. */
export const WEIGHTS_FILE = 'unet/diffusion_pytorch_model.safetensors';

/** A parameter with its values, in PyTorch's order. */
export interface NamedTensor {
  shape: readonly number[];
  values: Float32Array;
}

type Network = Pick<Model, 'parameters'>;

const COUNTER = 'num_batches_tracked';
const RUNNING_MEAN = /\.running_mean$/;

/**
 * What PyTorch's `load_state_dict` takes with `strict=True`.
 * @param values of all parameters and buffers by name
 */
export function toStateDict(
  { parameters }: Network,
  values: ReadonlyMap<string, Float32Array>,
): Map<string, SafetensorsEntry> {
  const tensors = new Map<string, SafetensorsEntry>();
  for (const { name, shape } of parameters) {
    const data = values.get(name);
    if (!data) throw new Error(`the weights lack ${name}`);
    tensors.set(name, { shape, data });
    if (RUNNING_MEAN.test(name)) {
      tensors.set(name.replace(RUNNING_MEAN, `.${COUNTER}`), { shape: [], data: BigInt64Array.of(0n) });
    }
  }
  return tensors;
}

/** Names that attention had in 2022, and their names today. */
const FORMER: Readonly<Record<string, string>> = { query: 'to_q', key: 'to_k', value: 'to_v', proj_attn: 'to_out.0' };
const FORMER_NAME = /(\battentions\.\d+)\.(query|key|value|proj_attn)\.(weight|bias)$/;

/** Today's name of a tensor of an older file: `mid_block.attentions.0.to_q.weight` for `mid_block.attentions.0.query.weight`. */
const currentName = (name: string): string =>
  name.replace(FORMER_NAME, (_, block: string, part: string, kind: string) => `${block}.${FORMER[part]}.${kind}`);

/** What is wrong with a file's tensors for a network; all empty where they fit. */
export interface WeightFaults {
  /** Parameters that the file lacks. */
  missing: ParameterSpec[];
  /** Tensors that the network does not have. */
  surplus: { name: string; shape: readonly number[] }[];
  /** Parameters that the file has in another shape. */
  reshaped: { spec: ParameterSpec; received: readonly number[] }[];
}

/**
 * A file's tensors under the network's names and in its shapes, in the network's order, with what does not fit left out.
 * The arrays are the file's own.
 */
export function fromStateDict(
  { parameters }: Network,
  tensors: ReadonlyMap<string, SafetensorsEntry>,
): { values: Map<string, Float32Array>; faults: WeightFaults } {
  const given = namedTensors(tensors);
  const faults: WeightFaults = { missing: [], surplus: [], reshaped: [] };
  const values = new Map<string, Float32Array>();
  for (const spec of parameters) {
    const found = given.get(spec.name);
    if (!found) faults.missing.push(spec);
    else if (!sameShape(found.shape, spec.shape)) faults.reshaped.push({ spec, received: found.shape });
    else values.set(spec.name, found.values);
  }
  const known = new Set(parameters.map(({ name }) => name));
  for (const [name, { shape }] of given) if (!known.has(name)) faults.surplus.push({ name, shape });
  return { values, faults };
}

/** A file's tensors under today's names and shapes. Whole numbers, such as BatchNorm's count of batches, are no weights. */
export function namedTensors(tensors: ReadonlyMap<string, SafetensorsEntry>): Map<string, NamedTensor> {
  const named = new Map<string, NamedTensor>();
  for (const [stored, { shape, data }] of tensors) {
    if (!(data instanceof Float32Array)) continue;
    const name = currentName(stored);
    const matrix = name !== stored && name.endsWith('.weight') && isPointwise(shape);
    named.set(name, { shape: matrix ? shape.slice(0, 2) : shape, values: data });
  }
  return named;
}

/**
 * @param action what fails, after "Cannot": `start from runs/x`
 * @param advice what may be wrong, in sentences of their own
 * @throws InputError that names the first fault of each kind, and counts them.
 */
export function requireWeights({ missing, surplus, reshaped }: WeightFaults, action: string, advice?: string): void {
  const [lacks, extra, other] = [missing[0], surplus[0], reshaped[0]];
  const others = (list: readonly unknown[]) => (list.length > 1 ? ` (and ${list.length - 1} more)` : '');
  const faults = [
    ...(other
      ? [`${other.spec.name} has ${show(other.received)}, not ${show(other.spec.shape)}${others(reshaped)}`]
      : []),
    ...(lacks ? [`${lacks.name} ${show(lacks.shape)} is missing${others(missing)}`] : []),
    ...(extra ? [`${extra.name} ${show(extra.shape)} is not one of the network's${others(surplus)}`] : []),
  ];
  if (faults.length === 0) return;
  const message = `Cannot ${action}: the weights must be the network's, received others: ${faults.join('; ')}.`;
  throw new InputError(advice === undefined ? message : `${message} ${advice}`);
}

const show = (shape: readonly number[]): string => `[${shape.join(', ')}]`;
const sameShape = (a: readonly number[], b: readonly number[]) =>
  a.length === b.length && a.every((n, i) => n === b[i]);
const isPointwise = (shape: readonly number[]) => shape.length === 4 && shape[2] === 1 && shape[3] === 1;
