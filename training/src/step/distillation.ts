/**
 * How a student learns to go in one call as far as its teacher goes in several. A lesson is a place on a path of the teacher, made
 * before the training: the sample where a call of the student begins, and the picture that takes it to where the teacher was when
 * the call ends, by one step of DDIM. The student's error is that of its output, as in all training.
 *
 * Where a call ends in a picture, a discriminator judges it beside a real image: small heads on feature maps of the teacher, which
 * sees both with the same noise. The error alone leaves pictures soft that no small network can draw in one call, and the teacher's
 * own faults in them. And a reader looks whether it shows what was asked for: see asked.ts.
 *
 * Source: Luhman & Luhman, "Knowledge Distillation in Iterative Generative Models" (arXiv 2101.02388), for paths made beforehand;
 * Meng et al., "On Distillation of Guided Diffusion Models" (arXiv 2210.03142), section 3, for a guidance that becomes part of the
 * weights; Sauer et al. (arXiv 2403.12015) for the discriminator.
 */
import * as tf from '@tensorflow/tfjs';
import type { TrainableModel } from '../model/described.ts';
import { pickTold } from '../model/told.ts';
import { DISCRIMINATOR, READER } from './apart.ts';
import { readAsked } from './asked.ts';
import type { Differentiated, Distillation, StepTensor, Tensors, TrainStepOptions } from './contracts.ts';
import { createDiscriminator } from './discriminator.ts';
import { givenIn } from './given.ts';
import { watched } from './looking.ts';
import { meanLoss } from './loss.ts';
import { createReader } from './reader.ts';
import { TEACHER } from './state.ts';

/** Inputs of a step beside those of all training. */
export const LESSON = { sample: 'lesson.sample', picture: 'lesson.picture', call: 'lesson.call' } as const;

/** The inputs for so many lessons. */
export const lessonInputs = ({ shape }: Pick<TrainStepOptions, 'shape'>, count: number): StepTensor[] => [
  { name: LESSON.sample, shape: [count, ...shape], dtype: 'float32' },
  { name: LESSON.picture, shape: [count, ...shape], dtype: 'float32' },
  { name: LESSON.call, shape: [count], dtype: 'int32' },
];

/**
 * @param state with `model.*`, `teacher.*`, `discriminator.*` and `reader.*`
 * @param inputs real `images` and `noise` [B, C, H, W]; `timesteps` [B] at which the discriminator looks; the lesson; what the model
 *   is told of both
 */
export function differentiateStudent(
  model: TrainableModel,
  options: TrainStepOptions,
  distillation: Distillation,
  state: Tensors,
  inputs: Tensors,
): Differentiated {
  const { predictionType } = options;
  const student = of(state, 'model.', model.parameters);
  const trained = model.parameters.filter(({ trainable }) => trainable).map(({ name }) => name);
  const buffers = new Map<string, tf.Tensor>();
  const { start, picture, timestep, betweenTimesteps, p, q, deviation } = lessonOf(options, distillation, inputs);
  const target = tf.div(tf.sub(picture, tf.mul(p, start)), q);
  // Where the picture itself is predicted, SNR + 1: that is 1 of the velocity.
  const weights = predictionType === 'sample' ? tf.reciprocal(tf.square(deviation)) : undefined;
  const { adversarial, conditional } = distillation;
  const teacher = of(state, TEACHER, model.parameters);
  const finished = tf.cast(tf.equal(inputs[LESSON.call]!, distillation.calls.length - 1), 'float32') as tf.Tensor1D;
  const court = adversarial > 0 ? courtOf(model, options, state, teacher, inputs, finished) : undefined;
  const readers = conditional > 0 ? createReader(model).parameters : [];
  const reading =
    readers.length > 0 ? readAsked(model, options, of(state, READER, readers), teacher, inputs, finished) : undefined;
  let error: tf.Scalar | undefined;

  const forward = () => {
    const output = model.forward(student, start, timestep, {
      training: true,
      betweenTimesteps,
      ...givenIn(inputs, model, options),
      onBuffer: (name, value) => buffers.set(name, tf.keep(value)),
    });
    error = tf.keep(meanLoss(options, output, target, weights));
    const drawn: tf.Tensor4D = tf.add(tf.mul(p, start), tf.mul(q, output));
    const others = [
      court && tf.mul(court.plea(drawn), adversarial),
      reading && tf.mul(reading.plea(drawn), conditional),
    ].filter((term) => term !== undefined);
    return others.reduce<tf.Tensor>((sum, term) => tf.add(sum, term), error) as tf.Scalar;
  };
  const { grads } = tf.engine().gradients(
    forward,
    trained.map((name) => student[name]!),
    undefined,
    true,
  );
  const gradients = new Map(trained.map((name, i) => [name, grads[i]!]));
  for (const apart of [court, reading]) {
    for (const [name, gradient] of apart?.learn() ?? []) gradients.set(name, gradient);
  }
  return { loss: error!, gradients, buffers };
}

/** The call of each lesson: where it begins, the picture that it is to say, and the picture of an output o, p sample + q o. */
function lessonOf({ batch }: TrainStepOptions, { calls }: Distillation, inputs: Tensors) {
  const ofCall = (values: readonly number[]) =>
    tf.gather(tf.tensor1d([...values]), inputs[LESSON.call] as tf.Tensor1D) as tf.Tensor1D; // [B]
  const spread = (values: readonly number[]) => tf.reshape(ofCall(values), [batch, 1, 1, 1]);
  const timesteps = calls.map(({ timestep }) => timestep);
  return {
    start: inputs[LESSON.sample] as tf.Tensor4D,
    picture: inputs[LESSON.picture]!,
    timestep: ofCall(timesteps),
    betweenTimesteps: !timesteps.every(Number.isInteger),
    p: spread(calls.map(({ prediction }) => prediction.p)),
    q: spread(calls.map(({ prediction }) => prediction.q)),
    deviation: spread(calls.map(({ from }) => from.noise)),
  };
}

/**
 * The discriminator and what it looks at: real images, and the pictures in which a student's last call ends.
 * @param finished [B]: 1 for such a picture, 0 for others
 */
function courtOf(
  model: TrainableModel,
  options: TrainStepOptions,
  state: Tensors,
  teacher: Tensors,
  inputs: Tensors,
  finished: tf.Tensor1D,
) {
  const { parameters, judge } = createDiscriminator(model);
  const heads = of(state, DISCRIMINATOR, parameters);
  const column = tf.reshape(finished, [options.batch, 1]);
  const told = pickTold(options.told ?? [], inputs);
  const { look, learn } = watched(model, options, teacher, inputs, told);
  const taken = (maps: readonly tf.Tensor4D[], sign: 1 | -1, heads: Tensors) =>
    tf.softplus(tf.mul(judge(heads, maps, told), -sign)) as tf.Tensor2D; // [B, maps]: 0 where the verdict is certain
  const real = look(inputs.images as tf.Tensor4D);
  let drawn: tf.Tensor4D[] = [];
  return {
    /** What the student is to lessen. */
    plea(pictures: tf.Tensor4D): tf.Scalar {
      drawn = look(pictures);
      return tf.mean(tf.mul(column, taken(drawn, 1, heads)));
    },
    /** Gradients of the discriminator, by their names in the state. After `plea`. */
    learn: () =>
      learn(
        DISCRIMINATOR,
        heads,
        () => tf.mean(tf.add(taken(real, 1, heads), tf.mul(column, taken(drawn, -1, heads)))) as tf.Scalar,
      ),
  };
}

/** The tensors of a network, by the names of its parameters. */
const of = (state: Tensors, prefix: string, parameters: readonly { name: string }[]): Tensors =>
  Object.fromEntries(parameters.map(({ name }) => [name, state[prefix + name]!]));
