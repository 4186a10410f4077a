/**
 * The judge: the feature network of evaluations, trained to tell digits apart, with augmentation for digits. 225,000
 * parameters; its 64 features are the layer before the classes.
 */

import * as ort from '@onnoise/runtime-node/onnxruntime';
import { gaussian, shuffle, uniform } from '@onnoise/scheduler';
import { encodeModel, trace, traceAnyBatch } from '@onnoise/tracer';
import type * as tf from '@tensorflow/tfjs';
import { fitWeights } from '#evaluation/features/fit.ts';
import { createClassifier, FEATURE_WIDTH } from '#evaluation/features/network.ts';
import { createPlainStep, crossEntropy } from '#evaluation/features/step.ts';
import { initParameters } from '#training/model/parameters.ts';
import { CLASSES, type Digits, PIXELS, SIDE } from './digits.ts';

/** Width of the features. */
export const FEATURES = FEATURE_WIDTH;

const BATCH = 100;
const EPOCHS = 20;
const LR = 0.002;
/** The most that digits are turned (radians), stretched (share) and shifted (pixels), either way. */
const MOST = { turn: 0.2, stretch: 0.15, shift: 2 };
/** Deviation of the noise that they get. */
const NOISE = 0.05;
const SEED = 1;
const WARP_STREAM = 0x20000000;
const MIDDLE = (SIDE - 1) / 2;
type Warp = [turn: number, wide: number, high: number, right: number, down: number];

const ADAM = { optimizer: 'adamw', betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0.05 } as const;

const network = createClassifier([1, SIDE, SIDE], CLASSES);

const step = createPlainStep({
  parameters: network.parameters,
  inputs: [
    { name: 'images', shape: [BATCH, 1, SIDE, SIDE], dtype: 'float32' },
    { name: 'targets', shape: [BATCH, CLASSES], dtype: 'float32' },
  ],
  loss(weights, { images, targets }) {
    const { logits } = network.forward(weights, images as tf.Tensor4D, true);
    return crossEntropy(logits, targets!);
  },
  adam: ADAM,
});

/** Trains the judge on these digits. @returns its ONNX file: `images` -> `features`, `logits`. */
export async function trainJudge(digits: Digits, onEpoch: (epoch: number, loss: number) => void): Promise<Uint8Array> {
  const count = digits.labels.length;
  const perEpoch = Math.floor(count / BATCH);
  let order = new Uint32Array(0);
  let sum = 0;
  const parameters = await fitWeights({
    step,
    parameters: initParameters(network, SEED),
    steps: EPOCHS * perEpoch,
    lr: LR,
    batch(number) {
      const first = (number % perEpoch) * BATCH;
      if (first === 0) {
        const all = Uint32Array.from({ length: count }, (_, i) => i);
        order = shuffle(all, SEED, number / perEpoch);
      }
      return augmented(digits, order.subarray(first, first + BATCH), number);
    },
    onStep(done, loss) {
      sum += loss;
      if (done % perEpoch > 0) return;
      onEpoch(done / perEpoch, sum / perEpoch);
      sum = 0;
    },
  });
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
  const session = await ort.createSession(onnx, { logSeverityLevel: 3 });
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
