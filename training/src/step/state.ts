/**
 * Names of the training state: `model.<parameter>` for every parameter and buffer, and for trainable ones
 * `ema.<parameter>`, `adam.m.<parameter>` and `adam.v.<parameter>`; what Muon updates has no `adam.v`, and its
 * momentum is `adam.m`. A student has `teacher.<parameter>`, which no step changes. A learned schedule has `schedule.<name>`,
 * `adam.m.schedule.<name>` and `adam.v.schedule.<name>`.
 */
import { makeSchedule, type SchedulerConfig } from '@onnoise/scheduler';
import { sizeOf } from '@onnoise/scheduler/model';
import type { TrainableModel } from '../model/described.ts';
import type { StepTensor, TrainStepOptions } from './contracts.ts';
import { CURVE_SHAPES, initialCurve, learnedBetas } from './learned-schedule.ts';
import { isHiddenMatrix } from './muon.ts';

type Parameters = TrainableModel['parameters'];

/** Names of the learned schedule begin so. */
export const SCHEDULE = 'schedule.';
/** Names of the teacher's parameters begin so. */
export const TEACHER = 'teacher.';

export function stateSpecs(
  parameters: Parameters,
  {
    ema,
    learnSchedule,
    optimizer,
    distillation,
  }: Pick<TrainStepOptions, 'ema' | 'learnSchedule' | 'optimizer'> & { distillation?: unknown },
): StepTensor[] {
  const trained = parameters.filter(({ trainable }) => trainable);
  const squared = optimizer === 'muon' ? trained.filter((parameter) => !isHiddenMatrix(parameter)) : trained;
  const spec = (name: string, shape: readonly number[]): StepTensor => ({ name, shape: [...shape], dtype: 'float32' });
  return [
    ...parameters.map(({ name, shape }) => spec(`model.${name}`, shape)),
    ...trained.map(({ name, shape }) => spec(`adam.m.${name}`, shape)),
    ...squared.map(({ name, shape }) => spec(`adam.v.${name}`, shape)),
    ...(ema ? trained : []).map(({ name, shape }) => spec(`ema.${name}`, shape)),
    ...(distillation ? parameters : []).map(({ name, shape }) => spec(TEACHER + name, shape)),
    ...(learnSchedule ? ['', 'adam.m.', 'adam.v.'] : []).flatMap((prefix) =>
      Object.entries(CURVE_SHAPES).map(([name, shape]) => spec(prefix + SCHEDULE + name, shape)),
    ),
  ];
}

/** Zero moments, an EMA equal to the weights, and a schedule as it was. The arrays are copies. */
export function freshState(
  specs: readonly StepTensor[],
  parameters: ReadonlyMap<string, Float32Array>,
): Map<string, Float32Array> {
  const curve = new Map(Object.entries(initialCurve()).map(([name, values]) => [SCHEDULE + name, values]));
  return new Map(
    specs.map(({ name, shape }) => {
      const size = sizeOf(shape);
      const bend = curve.get(name);
      if (bend) return [name, bend];
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

/** undefined if it learns none. @param alphaBar of the schedule that it started from */
function betasOf(state: ReadonlyMap<string, Float32Array>, alphaBar: ArrayLike<number>): number[] | undefined {
  const names = Object.keys(CURVE_SHAPES) as (keyof typeof CURVE_SHAPES)[];
  if (!state.has(SCHEDULE + names[0])) return undefined;
  const curve = Object.fromEntries(names.map((name) => [name, state.get(SCHEDULE + name)!]));
  return learnedBetas(curve as Record<(typeof names)[number], Float32Array>, alphaBar);
}

/**
 * The scheduler of a training state: with the schedule that it has learned as `trained_betas`, if it learns one.
 * @param scheduler that the training started from
 */
export function schedulerOf(scheduler: SchedulerConfig, state: ReadonlyMap<string, Float32Array>): SchedulerConfig {
  const betas = betasOf(state, makeSchedule(scheduler).alphaBar);
  // Nine digits name every float32.
  return betas ? { ...scheduler, trained_betas: betas.map((beta) => Number(beta.toPrecision(9))) } : scheduler;
}
