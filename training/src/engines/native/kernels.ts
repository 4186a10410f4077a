/**
 * Operators of TensorFlow that tfjs-node leaves unused. tfjs builds the gradient of ReLU from about six operators, each
 * a pass over the feature maps; TensorFlow has one.
 */
import * as tf from '@tensorflow/tfjs';

interface NativeBackend extends tf.KernelBackend {
  binding: { TF_ATTR_TYPE: number; TF_FLOAT: number };
  executeSingleOutput(name: string, attributes: object[], inputs: tf.TensorInfo[]): tf.TensorInfo;
}

/** Changes the whole process: call it only where `tensorflow` is the one backend in use. */
export function useNativeGradients(): void {
  tf.registerKernel({
    kernelName: 'ReluGrad',
    backendName: 'tensorflow',
    kernelFunc({ inputs, backend }) {
      const { binding, executeSingleOutput } = backend as NativeBackend;
      const type = { name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT };
      return executeSingleOutput.call(backend, 'ReluGrad', [type], [inputs.dy!, inputs.x!]);
    },
  });
  tf.unregisterGradient('Relu');
  tf.registerGradient({
    kernelName: 'Relu',
    inputsToSave: ['x'],
    gradFunc: (dy, [x]) => ({
      x: () => tf.engine().runKernel('ReluGrad', { dy: dy as tf.Tensor, x: x! }) as tf.Tensor,
    }),
  });
}
