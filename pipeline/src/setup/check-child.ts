/** What bin/check-tfjs.mjs computes: the same on TensorFlow and on tfjs' cpu backend. Answers over IPC. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { endWithParent, serveParent } from '@onnoise/runtime-node/child';
import { missingLibraries, restoreUtil } from '@onnoise/training/engines';
import type * as Tfjs from '@tensorflow/tfjs';
import type { CheckMethods, CheckResult } from './check.ts';

// Without this, a check whose set-up was killed would go on.
endWithParent(Number(process.argv[3]));

const folder = process.argv[2]!;
const require = createRequire(join(folder, 'package.json'));

function compute(tf: typeof Tfjs): Float32Array[] {
  const wave = (shape: number[], step: number) => {
    const count = shape.reduce((product, size) => product * size, 1);
    return tf.tensor(
      Float32Array.from({ length: count }, (_, i) => Math.sin(step * i + step)),
      shape,
    );
  };
  return tf.tidy(() => {
    const product = tf.matMul(wave([48, 64], 0.7) as Tfjs.Tensor2D, wave([64, 32], 1.3) as Tfjs.Tensor2D);
    const image = wave([2, 12, 12, 8], 0.9) as Tfjs.Tensor4D;
    const filter = wave([3, 3, 8, 16], 1.1) as Tfjs.Tensor4D;
    const sum = (x: Tfjs.Tensor, w: Tfjs.Tensor) =>
      tf
        .conv2d(x as Tfjs.Tensor4D, w as Tfjs.Tensor4D, 1, 'same')
        .square()
        .sum() as Tfjs.Scalar;
    const [byImage, byFilter] = tf.grads(sum)([image, filter]);
    return [product, byImage!, byFilter!].map((tensor) => tensor.dataSync() as Float32Array);
  });
}

function differenceOf(a: Float32Array, b: Float32Array): number {
  const scale = b.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return a.reduce((most, value, i) => {
    const difference = Math.abs(value - b[i]!) / scale;
    return Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(most, difference);
  }, 0);
}

function check(): CheckResult {
  restoreUtil();
  const tf = require('@tensorflow/tfjs') as typeof Tfjs;
  require(folder);
  const backend = tf.backend() as unknown as { isUsingGpuDevice: boolean; binding: { TF_Version?: string } };
  const native = compute(tf);
  tf.setBackend('cpu');
  const plain = compute(tf);
  const difference = Math.max(...native.map((values, i) => differenceOf(values, plain[i]!)));
  const gpu = backend.isUsingGpuDevice;
  return {
    gpu,
    tensorflow: backend.binding.TF_Version ?? 'unknown',
    difference,
    missing: gpu ? [] : missingLibraries(),
  };
}

serveParent<CheckMethods>({ start: check });
