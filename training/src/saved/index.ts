export { type CheckpointInfo, checkpointBytes } from './checkpoint.ts';
export { cutLines, readLines, type StepMetrics, type ValidationMetrics } from './metrics.ts';
export {
  learntFromPhantoms,
  type OpenedRun,
  openRun,
  type RunData,
  readJson,
  readRunLayer,
  runPaths,
  writeJson,
} from './run-folder.ts';
export { specsOfRun } from './specs-of-run.ts';
