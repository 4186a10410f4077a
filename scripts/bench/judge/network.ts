/**
 * The judge: a small convolutional network that tells digits apart, trained by our own engine. 225,000 parameters; its 64
 * features are the layer before the classes.
 */
import { gaussian, shuffle, uniform } from '@onnoise/scheduler';
import { encodeModel, trace, traceAnyBatch } from '@onnoise/tracer';
import * as tf from '@tensorflow/tfjs';
import * as ort from 'onnxruntime-node';
import { declareInto, type Pass } from '#pipeline/model/declare.ts';
import { conv2d, linear } from '#pipeline/model/layers.ts';
import { initParameters } from '#pipeline/model/parameters.ts';
import type { ParameterSpec, Parameters } from '#pipeline/model/types.ts';
import { adamScalars, adamUpdate, globalNorm, momentRates } from '#pipeline/train/adam.ts';
import type { StepTensor, TrainStep } from '#pipeline/train/contracts.ts';
import { createOnnxruntimeEngine } from '#pipeline/train/engines/onnxruntime.ts';
import { freshState, parametersOf, stateSpecs } from '#pipeline/train/state.ts';
import { CLASSES, type Digits, PIXELS, SIDE } from './digits.ts';

/** Width of the features. */
export const FEATURES = 64;

const BATCH = 100;
const EPOCHS = 20;
const LEARNING_RATE = 0.002;
/** The most that digits are turned (radians), stretched (share) and shifted (pixels), either way. */
const MOST = { turn: 0.2, stretch: 0.15, shift: 2 };
/** Deviation of the noise that they get. */
const NOISE = 0.05;
const SEED = 1;
const WARP_STREAM = 0x20000000;
const MIDDLE = (SIDE - 1) / 2;
type Warp = [turn: number, wide: number, high: number, right: number, down: number];

const ADAM = { optimizer: 'adamw', betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0.05 } as const;

function createNetwork() {
  const parameters: ParameterSpec[] = [];
  const declare = declareInto(parameters);
  const convolutions = [
    conv2d(declare.in('conv1'), 1, 16, { kernel: 3, padding: 1 }), // 28 x 28
    conv2d(declare.in('conv2'), 16, 32, { kernel: 3, stride: 2, padding: 1 }), // 14 x 14
    conv2d(declare.in('conv3'), 32, 64, { kernel: 3, stride: 2, padding: 1 }), // 7 x 7
  ];
  const hidden = linear(declare.in('hidden'), 64 * 7 * 7, FEATURES);
  const classes = linear(declare.in('classes'), FEATURES, CLASSES);

  /** Images [N, 1, 28, 28] to features [N, 64] and logits [N, 10]. */
  function forward(given: Parameters, images: tf.Tensor4D, training: boolean) {
    const pass: Pass = { parameters: given, training };
    let x: tf.Tensor4D = tf.transpose(images, [0, 2, 3, 1]);
    for (const convolution of convolutions) x = tf.relu(convolution(pass, x));
    const layer = hidden(pass, tf.reshape(x, [images.shape[0], -1]));
    const features: tf.Tensor2D = tf.mul(layer, tf.sigmoid(layer)); // SiLU: no feature dies
    return { features, logits: classes(pass, features) };
  }
  return { parameters, forward };
}

const network = createNetwork();

/** Cross-entropy and AdamW, as one step for the engine. */
function createStep(): TrainStep {
  const { parameters, forward } = network;
  const state = stateSpecs(parameters, false, false);
  const input = (name: string, shape: number[]): StepTensor => ({ name, shape, dtype: 'float32' });
  const names = parameters.map(({ name }) => name);
  return {
    recipe: undefined,
    state,
    inputs: [
      input('images', [BATCH, 1, SIDE, SIDE]),
      input('targets', [BATCH, CLASSES]),
      ...['stepSize', 'epsilon', 'weightFactor'].map((name) => input(name, [])),
    ],
    initialState: (initial) => freshState(state, initial),
    scalars({ step, learningRate }) {
      const scalars = adamScalars(ADAM, step, learningRate);
      return Object.fromEntries(Object.entries(scalars).map(([name, value]) => [name, Float32Array.of(value)]));
    },
    run(before, given) {
      const weights = Object.fromEntries(names.map((name) => [name, before[`model.${name}`]!]));
      const { value, grads } = tf.engine().gradients(
        () => {
          const { logits } = forward(weights, given.images as tf.Tensor4D, true);
          return tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(logits), given.targets!), 1)));
        },
        names.map((name) => weights[name]!),
        undefined,
        true,
      );
      const squares = grads.map((gradient) => tf.mul(gradient, gradient));
      const scalars = {
        stepSize: given.stepSize as tf.Scalar,
        epsilon: given.epsilon as tf.Scalar,
        weightFactor: given.weightFactor as tf.Scalar,
      };
      const after: Record<string, tf.Tensor> = {};
      for (const [i, name] of names.entries()) {
        const moments = { m: before[`adam.m.${name}`]!, v: before[`adam.v.${name}`]! };
        const rates = momentRates(ADAM, undefined);
        const updated = adamUpdate(ADAM, scalars, rates, undefined, weights[name]!, grads[i]!, squares[i]!, moments);
        after[`model.${name}`] = updated.parameter;
        after[`adam.m.${name}`] = updated.m;
        after[`adam.v.${name}`] = updated.v;
      }
      return { state: after, outputs: { loss: value as tf.Scalar, gradNorm: globalNorm(squares) } };
    },
  };
}

/** Trains the judge on these digits. @returns its ONNX file: `images` -> `features`, `logits`. */
export async function trainJudge(digits: Digits, onEpoch: (epoch: number, loss: number) => void): Promise<Uint8Array> {
  const count = digits.labels.length;
  const step = createStep();
  const engine = await createOnnxruntimeEngine(step, step.initialState(initParameters(network, SEED)));
  const perEpoch = Math.floor(count / BATCH);
  const total = EPOCHS * perEpoch;
  let done = 0;
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    const order = shuffle(
      Uint32Array.from({ length: count }, (_, i) => i),
      SEED,
      epoch,
    );
    let sum = 0;
    for (let first = 0; first + BATCH <= count; first += BATCH) {
      const learningRate = (LEARNING_RATE / 2) * (1 + Math.cos((Math.PI * done) / total));
      const batch = augmented(digits, order.subarray(first, first + BATCH), done);
      const { loss } = await engine.step({ ...batch, ...step.scalars({ step: ++done, learningRate, emaDecay: 0 }) });
      sum += loss;
    }
    onEpoch(epoch + 1, sum / perEpoch);
  }
  const parameters = parametersOf(await engine.readState(), 'model');
  await engine.dispose();
  return encodeModel(inferenceGraph(parameters));
}

/** A batch of turned, stretched and shifted digits with noise, and their classes as rows of ones and zeros. */
function augmented({ images, labels }: Digits, numbers: Uint32Array, batch: number) {
  const draws = new Float64Array(5 * BATCH);
  uniform(SEED, WARP_STREAM, batch * draws.length, draws);
  const pixels = new Float32Array(BATCH * PIXELS);
  gaussian(SEED, batch * pixels.length, pixels);
  const targets = new Float32Array(BATCH * CLASSES);
  numbers.forEach((number, i) => {
    const digit = images.subarray(number * PIXELS, (number + 1) * PIXELS);
    const [turn, wide, high, right, down] = draws.subarray(5 * i, 5 * i + 5).map((u) => 2 * u - 1) as unknown as Warp;
    const [c, s] = [Math.cos(turn * MOST.turn), Math.sin(turn * MOST.turn)];
    for (let at = 0; at < PIXELS; at++) {
      const [x, y] = [(at % SIDE) - MIDDLE, Math.floor(at / SIDE) - MIDDLE];
      const fromX = (c * x + s * y) * (1 + wide * MOST.stretch) + right * MOST.shift + MIDDLE;
      const fromY = (c * y - s * x) * (1 + high * MOST.stretch) + down * MOST.shift + MIDDLE;
      const place = i * PIXELS + at;
      pixels[place] = NOISE * pixels[place]! + bilinear(digit, fromX, fromY);
    }
    targets[i * CLASSES + labels[number]!] = 1;
  });
  return { images: pixels, targets };
}

/** The picture between its pixels; black, -1, outside. */
function bilinear(digit: Float32Array, x: number, y: number): number {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const at = (column: number, row: number) =>
    column >= 0 && column < SIDE && row >= 0 && row < SIDE ? digit[row * SIDE + column]! : -1;
  const [u, v] = [x - left, y - top];
  const above = at(left, top) * (1 - u) + at(left + 1, top) * u;
  const below = at(left, top + 1) * (1 - u) + at(left + 1, top + 1) * u;
  return above * (1 - v) + below * v;
}

function inferenceGraph(parameters: ReadonlyMap<string, Float32Array>) {
  const constants = network.parameters.map(({ name, shape }) => {
    return { name, shape, dtype: 'float32' as const, data: parameters.get(name)! };
  });
  return traceAnyBatch((batch) =>
    trace(
      (tensors) => network.forward(tensors, tensors.images as tf.Tensor4D, false),
      [{ name: 'images', shape: [batch, 1, SIDE, SIDE], dtype: 'float32' }],
      { name: 'judge', constants },
    ),
  );
}

/** What the judge sees in pictures. */
export interface Verdict {
  /** [N, 64], row after row. */
  features: Float32Array;
  /** The class that each picture is taken for, [N]. */
  classes: Int32Array;
}

export async function openJudge(onnx: Uint8Array): Promise<{ look(images: Float32Array): Promise<Verdict> }> {
  const session = await ort.InferenceSession.create(onnx, { logSeverityLevel: 3 });
  const rows = 500;
  return {
    async look(images) {
      const count = images.length / PIXELS;
      const features = new Float32Array(count * FEATURES);
      const classes = new Int32Array(count);
      for (let first = 0; first < count; first += rows) {
        const some = images.subarray(first * PIXELS, (first + rows) * PIXELS);
        const seen = await session.run({
          images: new ort.Tensor('float32', some, [some.length / PIXELS, 1, SIDE, SIDE]),
        });
        features.set(seen.features!.data as Float32Array, first * FEATURES);
        const logits = seen.logits!.data as Float32Array;
        for (let i = 0; i < some.length / PIXELS; i++) {
          const row = logits.subarray(i * CLASSES, (i + 1) * CLASSES);
          classes[first + i] = row.indexOf(Math.max(...row));
        }
      }
      return { features, classes };
    },
  };
}
