/** A CommonJS module, whose imports become calls of `require`. */
import { loadModel } from '@onnoise/runtime-node';
import { gaussian } from '@onnoise/scheduler';

export const load = () => loadModel('model');
gaussian(1, 0, new Float32Array(4));
