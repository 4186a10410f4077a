// The process that checks a set-up of TensorFlow's native library; started by src/setup/check.ts: check-tfjs.mjs <folder of
// the npm package> <process that started it>
import { register } from 'tsx/esm/api';

register({ tsconfig: false });
await import('../src/setup/check-child.ts');
