/**
 * Names of the training state: `model.<parameter>` for every parameter and buffer, and for trainable ones
 * `ema.<parameter>`, `adam.m.<parameter>` and `adam.v.<parameter>`; what Muon updates has no `adam.v`, and its
 * momentum is `adam.m`. A student has `teacher.<parameter>`, which no step changes. What learns apart from the network, a
 * discriminator or a reader, has `reader.<name>`, `adam.m.reader.<name>` and `adam.v.reader.<name>`.
 */
import { sizeOf } from '@onnoise/scheduler/model';
import type { TrainableModel } from '../model/described.ts';
import { isHiddenMatrix } from '../optimizer/muon.ts';
import { type ApartOptions, apartOf, MOMENTS } from './apart.ts';
import type { StepTensor, TrainStepOptions } from './contracts.ts';
import type { Judged } from './discriminator.ts';

/** Names of the teacher's parameters begin so. */
export const TEACHER = 'teacher.';

/** What decides which tensors a state has. */
export interface StateOptions extends Pick<TrainStepOptions, 'ema' | 'optimizer'>, ApartOptions {
  /** Whether a student learns from a teacher. */
  taught: boolean;
}

/** Of a step's own options. */
export const stateOptions = ({ distillation, ...options }: TrainStepOptions): StateOptions => ({
  ...options,
  taught: distillation !== undefined,
  adversarial: distillation?.adversarial ?? 0,
  conditional: distillation?.conditional ?? 0,
});

export function stateSpecs(
  { parameters, ...model }: Pick<TrainableModel, 'parameters'> & Judged,
  { ema, optimizer, taught, ...apart }: StateOptions,
): StepTensor[] {
  const trained = parameters.filter(({ trainable }) => trainable);
  const squared = optimizer === 'muon' ? trained.filter((parameter) => !isHiddenMatrix(parameter)) : trained;
  const spec = (name: string, shape: readonly number[]): StepTensor => ({ name, shape: [...shape], dtype: 'float32' });
  return [
    ...parameters.map(({ name, shape }) => spec(`model.${name}`, shape)),
    ...trained.map(({ name, shape }) => spec(`adam.m.${name}`, shape)),
    ...squared.map(({ name, shape }) => spec(`adam.v.${name}`, shape)),
    ...(ema ? trained : []).map(({ name, shape }) => spec(`ema.${name}`, shape)),
    ...(taught ? parameters : []).map(({ name, shape }) => spec(TEACHER + name, shape)),
    ...apartOf(apart, model).flatMap(({ members }) =>
      ['', ...MOMENTS].flatMap((prefix) => members.map(({ name, shape }) => spec(prefix + name, shape))),
    ),
  ];
}

/**
 * Zero moments, an EMA equal to the weights, and first values of what learns apart. The arrays are copies.
 * @param apart those values, by their names in the state
 */
export function freshState(
  specs: readonly StepTensor[],
  parameters: ReadonlyMap<string, Float32Array>,
  apart: ReadonlyMap<string, Float32Array> = new Map(),
): Map<string, Float32Array> {
  return new Map(
    specs.map(({ name, shape }) => {
      const size = sizeOf(shape);
      const first = apart.get(name);
      if (first) return [name, first];
      if (name.startsWith('adam.')) return [name, new Float32Array(size)];
      const source = name.slice(name.indexOf('.') + 1);
      const values = parameters.get(source);
      if (values?.length !== size) {
        throw new Error(`parameter ${source} must have ${size} values, has ${values?.length ?? 'none'}`);
      }
      return [name, values.slice()];
    }),
  );
}

/**
 * The network's parameters from a training state: the averaged ones if the state has them, else the trained ones.
 * Buffers (BatchNorm's statistics) are averages already and are always the trained ones.
 */
export function parametersOf(
  state: ReadonlyMap<string, Float32Array>,
  kind: 'ema' | 'model' = 'ema',
): Map<string, Float32Array> {
  const parameters = new Map<string, Float32Array>();
  for (const [name, values] of state) {
    if (!name.startsWith('model.')) continue;
    const parameter = name.slice('model.'.length);
    parameters.set(parameter, (kind === 'ema' && state.get(`ema.${parameter}`)) || values);
  }
  return parameters;
}
