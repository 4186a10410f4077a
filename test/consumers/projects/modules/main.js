import * as runtime from '@onnoise/runtime-node';
import * as scheduler from '@onnoise/scheduler';
import * as tracer from '@onnoise/tracer';
import * as tf from '@tensorflow/tfjs';
import answers from '../answers/answers.cjs';

console.log(JSON.stringify(await answers({ scheduler, tracer, runtime, tf }, process.argv[2])));
