/**
 * How a student learns to go in one call as far as its teacher goes in several. A lesson is a place on a path of the teacher, made
 * before the training: the sample where a call of the student begins, and the next, where the teacher was when the call ends. The
 * student is to say the picture that leads from one to the other by one step of DDIM, and its error is that of its output, as in all
 * training. A student of more than two calls makes two in a lesson, the second from where it came to itself, and its errors go back
 * through both: so it learns to mend what its first call gets wrong, and what judges a picture reaches back to where much is still
 * open.
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
export const LESSON = {
  call: 'lesson.call',
  sample: 'lesson.sample',
  next: 'lesson.next',
  /** After two calls. */
  end: 'lesson.end',
} as const;

/** How many calls of a student a lesson is about. The last of two begins in noise enough, and a second one in a lesson costs time. */
export const callsOfLesson = (calls: number): number => (calls > 2 ? 2 : 1);

/** The inputs for so many lessons. */
export function lessonInputs(
  { shape }: Pick<TrainStepOptions, 'shape'>,
  { calls }: Distillation,
  count: number,
): StepTensor[] {
  const samples = (name: string): StepTensor => ({ name, shape: [count, ...shape], dtype: 'float32' });
  return [
    { name: LESSON.call, shape: [count], dtype: 'int32' },
    samples(LESSON.sample),
    samples(LESSON.next),
    ...(callsOfLesson(calls.length) > 1 ? [samples(LESSON.end)] : []),
  ];
}

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
  const { calls, adversarial, conditional } = distillation;
  const teacher = of(state, TEACHER, model.parameters);
  const first = inputs[LESSON.call] as tf.Tensor1D;
  const many = callsOfLesson(calls.length);
  const ends = tf.equal(first, calls.length - many);
  const finished = tf.cast(ends, 'float32') as tf.Tensor1D;
  const court = adversarial > 0 ? courtOf(model, options, state, teacher, inputs, finished) : undefined;
  const readers = conditional > 0 ? createReader(model).parameters : [];
  const reading =
    readers.length > 0 ? readAsked(model, options, of(state, READER, readers), teacher, inputs, finished) : undefined;
  let error: tf.Scalar | undefined;

  /** A call of the student from `start`, where the teacher came to `end`. @returns its picture, where that leads, and its error */
  const call = (number: tf.Tensor1D, start: tf.Tensor4D, end: tf.Tensor) => {
    const { p, q, keep, more, deviation, timestep, betweenTimesteps } = callAt(options, calls, number);
    const output = model.forward(student, start, timestep, {
      training: true,
      betweenTimesteps,
      ...givenIn(inputs, model, options),
      onBuffer: (name, value) => {
        buffers.get(name)?.dispose();
        buffers.set(name, tf.keep(value));
      },
    });
    // Where the picture itself is predicted, SNR + 1: that is 1 of the velocity.
    const weights = predictionType === 'sample' ? tf.reciprocal(tf.square(deviation)) : undefined;
    const taught = tf.div(tf.sub(end, tf.mul(keep, start)), more);
    const target = tf.div(tf.sub(taught, tf.mul(p, start)), q);
    const picture: tf.Tensor4D = tf.add(tf.mul(p, start), tf.mul(q, output));
    const next: tf.Tensor4D = tf.add(tf.mul(keep, start), tf.mul(more, picture));
    return { picture, next, error: meanLoss(options, output, target, weights) };
  };

  const forward = () => {
    let last = call(first, inputs[LESSON.sample] as tf.Tensor4D, inputs[LESSON.next]!);
    let sum = last.error;
    if (many > 1) {
      // From where the student itself has come to, and the error goes back through both.
      last = call(tf.add(first, tf.scalar(1, 'int32')), last.next, inputs[LESSON.end]!);
      sum = tf.div(tf.add(sum, last.error), 2);
    }
    error = tf.keep(sum);
    const others = [
      court && tf.mul(court.plea(last.picture), adversarial),
      reading && tf.mul(reading.plea(last.picture), conditional),
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

/**
 * Calls of a batch by their numbers: the picture of an output o is p sample + q o, and the call ends at keep sample + more picture.
 * @param number [B]
 */
function callAt({ batch }: TrainStepOptions, calls: Distillation['calls'], number: tf.Tensor1D) {
  const ofCall = (values: readonly number[]) => tf.gather(tf.tensor1d([...values]), number) as tf.Tensor1D; // [B]
  const spread = (values: readonly number[]) => tf.reshape(ofCall(values), [batch, 1, 1, 1]);
  const timesteps = calls.map(({ timestep }) => timestep);
  const keep = calls.map(({ from, to }) => to.noise / from.noise);
  return {
    timestep: ofCall(timesteps),
    betweenTimesteps: !timesteps.every(Number.isInteger),
    p: spread(calls.map(({ prediction }) => prediction.p)),
    q: spread(calls.map(({ prediction }) => prediction.q)),
    keep: spread(keep),
    more: spread(calls.map(({ from, to }, i) => to.signal - keep[i]! * from.signal)),
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
