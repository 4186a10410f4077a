/**
 * Operators of TensorFlow that tfjs-node leaves unused. tfjs makes the gradient of ReLU of some six operators, each a pass
 * over the feature maps; TensorFlow has one.
 */
import * as tf from '@tensorflow/tfjs';

interface NativeBackend extends tf.KernelBackend {
  binding: { TF_ATTR_TYPE: number; TF_FLOAT: number };
  executeSingleOutput(name: string, attributes: object[], inputs: tf.TensorInfo[]): tf.TensorInfo;
}

/** For the whole process: call it where the `tensorflow` backend is the only one in use. */
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
