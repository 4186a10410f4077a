/** Tells tfjs' tests to run on the tracer alone: to be imported before them. */
import * as tf from '@tensorflow/tfjs';
import { setTestEnvs } from '@tensorflow/tfjs-core/dist/jasmine_util.js';
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js';
import { EAGER, registerEager } from './eager-backend.ts';
import { env } from './jasmine.ts';
import { WAYS } from './ways.ts';

tf.enableProdMode();
const backend = registerEager(tf);
backend.way = WAYS.find((way) => process.argv.includes(`--${way}`)) ?? 'inputs';
setTestEnvs([{ name: 'onnx', backendName: EAGER, isDataSync: true }]);
env.beforeEach(() => backend.turn());

/** The kernels that have run. */
export const ran = new Set<string>();
for (const { kernelName, kernelFunc, ...kernel } of tf.getKernelsForBackend(EAGER)) {
  tf.unregisterKernel(kernelName, EAGER);
  const run: tf.KernelFunc = (call) => {
    ran.add(kernelName);
    return kernelFunc(call);
  };
  tf.registerKernel({ ...kernel, kernelName, kernelFunc: run });
}
