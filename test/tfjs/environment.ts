/** Tells tfjs' tests to run on the tracer alone: to be imported before them. */
import * as tf from '@tensorflow/tfjs';
import { setTestEnvs } from '@tensorflow/tfjs-core/dist/jasmine_util.js';
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js';
import { EAGER, registerEager } from './eager-backend.ts';
import { env } from './jasmine.ts';

tf.enableProdMode();
const backend = registerEager(tf);
backend.withConstants = process.argv.includes('--with-constants');
setTestEnvs([{ name: 'onnx', backendName: EAGER, isDataSync: true }]);
env.beforeEach(() => backend.turn());
