/**
 * What a student learns from its teacher: to go in one call as far as the teacher goes in several DDIM steps, guided. Both have the
 * same network, and the student starts from the teacher's weights.
 *
 * Source: Salimans & Ho, "Progressive Distillation for Fast Sampling of Diffusion Models" (arXiv 2202.00512), algorithm 2, and, for
 * the guidance, Meng et al., "On Distillation of Guided Diffusion Models" (arXiv 2210.03142), section 3. The teacher makes as many
 * steps as wanted, not only two.
 */
import {
  alphaBarAt,
  ddimSteps,
  type PredictionType,
  predictionAt,
  type Schedule,
  type SchedulerConfig,
} from '@onnoise/scheduler';
import * as tf from '@tensorflow/tfjs';
import type { TrainableModel } from '../model/described.ts';
import { pickTold } from '../model/told.ts';
import type { Distillation, Tensors, TrainStepOptions } from './contracts.ts';
import { TEACHER } from './state.ts';

/**
 * The steps of a teacher in each call of DDIM with so few steps.
 * @param steps of the teacher for a call
 */
export function lessonsOf(
  config: SchedulerConfig,
  schedule: Schedule,
  calls: number,
  steps: number,
): Pick<Distillation, 'timesteps' | 'alphaBar'> {
  const paths = ddimSteps(config, calls).map(({ timestep, previous }) =>
    Array.from({ length: steps + 1 }, (_, i) => Math.round(timestep + ((previous - timestep) * i) / steps)),
  );
  return {
    timesteps: paths.map((path) => path.slice(0, -1)),
    alphaBar: paths.map((path) => path.map((timestep) => alphaBarAt(config, schedule, timestep))),
  };
}

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
function lessonOf(type: PredictionType, alphaBar: readonly number[]): Lesson {
  const steps = alphaBar.slice(1).map((next, i) => {
    const here = alphaBar[i]!;
    const keep = Math.sqrt((1 - next) / (1 - here));
    return { ...predictionAt(type, here), keep, add: Math.sqrt(next) - Math.sqrt(here) * keep };
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
  { timesteps, alphaBar, guidance, clip }: Distillation,
  state: Tensors,
  inputs: Tensors,
) {
  const call = inputs.timesteps as tf.Tensor1D;
  const lessons = alphaBar.map((path) => lessonOf(predictionType, path));
  const ofCall = (values: readonly number[]) => tf.gather(tf.tensor1d([...values]), call); // [B]
  const pick = (of: (lesson: Lesson) => number) => tf.reshape(ofCall(lessons.map(of)), [batch, 1, 1, 1]);
  const parameters: Tensors = {};
  for (const { name } of model.parameters) parameters[name] = state[TEACHER + name]!;
  const given = pickTold(told, inputs);
  const absent = pickTold(
    told,
    Object.fromEntries(
      told.map(({ name, sides, dtype, absent }) => [name, tf.fill([batch, ...sides], absent, dtype)] as const),
    ),
  );

  function teacher(z: tf.Tensor4D, i: number): tf.Tensor {
    const timestep = tf.cast(ofCall(timesteps.map((path) => path[i]!)), 'float32') as tf.Tensor1D;
    const predict = (told: typeof given) => model.forward(parameters, z, timestep, { training: false, ...told });
    const output = predict(given);
    if (guidance === 1 || told.length === 0) return output;
    const without = predict(absent);
    return tf.add(without, tf.mul(tf.sub(output, without), guidance));
  }

  const level = (noise: boolean) =>
    tf.reshape(ofCall(alphaBar.map(([share]) => Math.sqrt(noise ? 1 - share! : share!))), [batch, 1, 1, 1]);
  const noisy: tf.Tensor4D = tf.add(tf.mul(level(false), inputs.images!), tf.mul(level(true), inputs.noise!));
  let z = noisy;
  let picture: tf.Tensor | undefined;
  const steps = timesteps[0]!.length;
  for (let i = 0; i < steps; i++) {
    const exact = tf.add(
      tf.mul(
        pick(({ p }) => p[i]!),
        z,
      ),
      tf.mul(
        pick(({ q }) => q[i]!),
        teacher(z, i),
      ),
    );
    const x0 = clip === null ? exact : tf.clipByValue(exact, -clip, clip);
    const part = tf.mul(
      pick(({ share }) => share[i]!),
      x0,
    );
    picture = picture ? tf.add(picture, part) : part;
    if (i < steps - 1)
      z = tf.add(
        tf.mul(
          pick(({ keep }) => keep[i]!),
          z,
        ),
        tf.mul(
          pick(({ add }) => add[i]!),
          x0,
        ),
      );
  }
  // Of the picture, SNR + 1: that is 1 of the velocity.
  const weights = predictionType === 'sample' ? tf.reciprocal(tf.square(level(true))) : undefined;
  const target = tf.div(
    tf.sub(
      picture!,
      tf.mul(
        pick(({ p }) => p[0]!),
        noisy,
      ),
    ),
    pick(({ q }) => q[0]!),
  );
  return {
    noisy,
    target,
    timestep: tf.cast(ofCall(timesteps.map(([first]) => first!)), 'float32') as tf.Tensor1D,
    weights,
  };
}
