/**
 * Names of the training state: `model.<parameter>` for every parameter and buffer, and for trainable ones
 * `ema.<parameter>`, `adam.m.<parameter>` and `adam.v.<parameter>`.
 */
import { sizeOf } from '../shape.ts';
import type { StepTensor, TrainableModel } from './contracts.ts';

type Parameters = TrainableModel['parameters'];

export function stateSpecs(parameters: Parameters, ema: boolean): StepTensor[] {
  const prefixes = ['adam.m.', 'adam.v.', ...(ema ? ['ema.'] : [])];
  const spec = (name: string, shape: readonly number[]): StepTensor => ({ name, shape: [...shape], dtype: 'float32' });
  return [
    ...parameters.map(({ name, shape }) => spec(`model.${name}`, shape)),
    ...prefixes.flatMap((prefix) =>
      parameters.filter(({ trainable }) => trainable).map(({ name, shape }) => spec(prefix + name, shape)),
    ),
  ];
}

/** Zero moments, EMA equal to the weights. Copies. */
export function freshState(
  specs: readonly StepTensor[],
  parameters: ReadonlyMap<string, Float32Array>,
): Map<string, Float32Array> {
  return new Map(
    specs.map(({ name, shape }) => {
      const size = sizeOf(shape);
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
 * The network's parameters out of a training state: the averaged ones where the state has them, else the trained ones.
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
