import { encodeModel, type TensorSpec, trace } from '@onnoise/tracer';
import * as tf from '@tensorflow/tfjs';

const inputs: TensorSpec[] = [{ name: 'x', shape: [2, 3], dtype: 'float32' }];

export const bytes: Uint8Array = encodeModel(trace(({ x }) => ({ y: tf.softmax(x!) }), inputs));
