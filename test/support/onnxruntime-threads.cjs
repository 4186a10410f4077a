/**
 * Loaded first by the tests' processes and by those that they start: threads of onnxruntime sleep while they wait. By
 * default they spin, which suits a program that has the cores to itself. Tests run side by side, and spinning threads
 * took half of the processor's time of a small network's training step.
 */
const { createRequire } = require('node:module');

const { InferenceSession } = createRequire(require.resolve('onnxruntime-node'))('onnxruntime-common');
const { create } = InferenceSession;

InferenceSession.create = (model, options = {}) => {
  const session = { ...options.extra?.session, intra_op: { allow_spinning: '0' } };
  return create.call(InferenceSession, model, { ...options, extra: { ...options.extra, session } });
};
