const runtime = require('@onnoise/runtime-node');
const scheduler = require('@onnoise/scheduler');
const tracer = require('@onnoise/tracer');
const tf = require('@tensorflow/tfjs');
const answers = require('../answers/answers.cjs');

answers({ scheduler, tracer, runtime, tf }, process.argv[2]).then((found) => console.log(JSON.stringify(found)));
