/** What the libraries of Node compute, as hashes: the same whoever loads them, and as the repository's sources compute it. */
const { createHash } = require('node:crypto');

/**
 * @param libraries the modules `scheduler`, `tracer`, `runtime` and `tf`
 * @param model a model folder
 */
module.exports = async ({ scheduler, tracer, runtime, tf }, model) => {
  const loaded = await runtime.loadModel(model, { device: 'cpu' });
  const { images, shape } = await loaded.sample({ count: 2, steps: 3, seed: 7, labels: [3] });
  await loaded.dispose();
  const graph = tracer.trace(
    ({ w, x }) => ({ gradient: tf.grad((w) => tf.mean(tf.square(tf.tanh(tf.matMul(x, w)))))(w) }),
    [
      { name: 'w', shape: [3, 2], dtype: 'float32' },
      { name: 'x', shape: [4, 3], dtype: 'float32' },
    ],
  );
  const noise = new Float32Array(64);
  scheduler.gaussian(7, 0, noise);
  return {
    noise: hash(noise),
    graph: hash(tracer.encodeModel(graph)),
    images: hash(images),
    sheet: hash(await runtime.sheet(images, shape)),
  };
};

const hash = ({ buffer, byteOffset, byteLength }) =>
  createHash('sha256')
    .update(new Uint8Array(buffer, byteOffset, byteLength))
    .digest('hex');
