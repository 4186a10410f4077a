export {
  formatBytes,
  formatDuration,
  formatNumber,
  formatPath,
  oneLine,
  plural,
  shellPath,
  shellWord,
} from './format.ts';
export { nearest } from './nearest.ts';
export { plainName } from './plain-name.ts';
export { program, setProgram } from './program.ts';
export { findRemoved } from './removed.ts';
