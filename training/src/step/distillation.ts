/**
 * What a student learns from its teacher: to go in one call as far as the teacher goes in several DDIM steps, guided. Both have the
 * same network, and the student starts from the teacher's weights.
 *
 * Source: Salimans & Ho, "Progressive Distillation for Fast Sampling of Diffusion Models" (arXiv 2202.00512), algorithm 2, and, for
 * the guidance, Meng et al., "On Distillation of Guided Diffusion Models" (arXiv 2210.03142), section 3. The teacher makes as many
 * steps as wanted, not only two.
 */
import { type DdimPath, type PredictionType, predictionAt } from '@onnoise/scheduler';
import * as tf from '@tensorflow/tfjs';
import type { TrainableModel } from '../model/described.ts';
import { pickTold } from '../model/told.ts';
import type { Distillation, Tensors, TrainStepOptions } from './contracts.ts';
import { TEACHER } from './state.ts';

/** Numbers of one call of the student, for each of the teacher's steps. */
interface Lesson {
  /** x0 = p z + q output. */
  p: number[];
  q: number[];
  /** The next z is keep z + add x0. */
  keep: number[];
  add: number[];
  /** The picture that leads to the teacher's end in one step is the mean of its x0 with these weights, whose sum is 1. */
  share: number[];
}

/** In float64: the formulas have differences of nearly equal numbers. */
function lessonOf(type: PredictionType, levels: DdimPath['levels']): Lesson {
  const steps = levels.slice(1).map((next, i) => {
    const here = levels[i]!;
    const keep = next.noise / here.noise;
    return { ...predictionAt(type, here), keep, add: next.signal - here.signal * keep };
  });
  // What a step adds is kept, in part, by those after it.
  const added = steps.map(({ add }, i) => steps.slice(i + 1).reduce((rest, { keep }) => rest * keep, add));
  const whole = added.reduce((sum, part) => sum + part, 0);
  const all = (key: 'p' | 'q' | 'keep' | 'add') => steps.map((step) => step[key]);
  return { p: all('p'), q: all('q'), keep: all('keep'), add: all('add'), share: added.map((part) => part / whole) };
}

/**
 * The student's input, and the output that takes it where the teacher goes.
 * @param state with `teacher.*`
 * @param inputs `images` and `noise` [B, C, H, W]; `timesteps` [B] are numbers of the student's calls; what the model is told
 */
export function teach(
  model: TrainableModel,
  { batch, predictionType, told = [] }: TrainStepOptions,
  { paths, guidance, clip }: Distillation,
  state: Tensors,
  inputs: Tensors,
) {
  const call = inputs.timesteps as tf.Tensor1D;
  const lessons = paths.map(({ levels }) => lessonOf(predictionType, levels));
  const ofCall = (values: readonly number[]) => tf.gather(tf.tensor1d([...values]), call); // [B]
  const numbers = (values: readonly number[]) => tf.reshape(ofCall(values), [batch, 1, 1, 1]);
  const pick = (of: (lesson: Lesson) => number) => numbers(lessons.map(of));
  const parameters: Tensors = {};
  for (const { name } of model.parameters) parameters[name] = state[TEACHER + name]!;
  const given = pickTold(told, inputs);
  const absent = pickTold(
    told,
    Object.fromEntries(
      told.map(({ name, sides, dtype, absent }) => [name, tf.fill([batch, ...sides], absent, dtype)] as const),
    ),
  );

  const timestepOf = (i: number) => ofCall(paths.map(({ timesteps }) => timesteps[i]!)) as tf.Tensor1D;
  const betweenTimesteps = !paths.every(({ timesteps }) => timesteps.every(Number.isInteger));

  function teacher(z: tf.Tensor4D, i: number): tf.Tensor {
    const timestep = timestepOf(i);
    const predict = (told: typeof given) =>
      model.forward(parameters, z, timestep, { training: false, betweenTimesteps, ...told });
    const output = predict(given);
    if (guidance === 1 || told.length === 0) return output;
    const without = predict(absent);
    return tf.add(without, tf.mul(tf.sub(output, without), guidance));
  }

  const times = (key: keyof Lesson, i: number, tensor: tf.Tensor) =>
    tf.mul(
      pick((lesson) => lesson[key][i]!),
      tensor,
    );
  const [signal, spread] = (['signal', 'noise'] as const).map((key) =>
    numbers(paths.map(({ levels }) => levels[0]![key])),
  );
  const noisy: tf.Tensor4D = tf.add(tf.mul(signal!, inputs.images!), tf.mul(spread!, inputs.noise!));
  const steps = paths[0]!.timesteps.length;
  let z = noisy;
  let picture: tf.Tensor | undefined;
  for (let i = 0; i < steps; i++) {
    const exact = tf.add(times('p', i, z), times('q', i, teacher(z, i)));
    const x0 = clip === null ? exact : tf.clipByValue(exact, -clip, clip);
    const part = times('share', i, x0);
    picture = picture ? tf.add(picture, part) : part;
    if (i < steps - 1) z = tf.add(times('keep', i, z), times('add', i, x0));
  }
  // The output o of which x0 = p z + q o is that picture.
  const target = tf.div(
    tf.sub(picture!, times('p', 0, noisy)),
    pick(({ q }) => q[0]!),
  );
  // Where the picture itself is predicted, SNR + 1: that is 1 of the velocity.
  const weights = predictionType === 'sample' ? tf.reciprocal(tf.square(spread!)) : undefined;
  return { noisy, target, timestep: timestepOf(0), betweenTimesteps, weights };
}
