// The process that an engine on TensorFlow's native library computes in: tfjs-engine.mjs <package> <process that started it>
// Ctrl-C reaches every process of the terminal; when to stop is the training process' to say. Loading takes a while, so
// this comes before all else.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {});

const { register } = await import('tsx/esm/api');
register({ tsconfig: false });
const { endWithParent } = await import('@onnoise/runtime-node/child');
endWithParent(Number(process.argv[3]));
const { serveTrainEngine } = await import('../src/engines/native/child.ts');
serveTrainEngine(process.argv[2]);
