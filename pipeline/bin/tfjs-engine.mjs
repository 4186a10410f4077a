// The process that an engine on TensorFlow's native library computes in: tfjs-engine.mjs <package>
import { register } from 'tsx/esm/api';

register({ tsconfig: false });
const { serveEngine } = await import('../src/train/engines/native/child.ts');
await serveEngine(process.argv[2]);
