export { noteUnlike, requireCounts, requireTask, syntheticMasks, taskOf } from './check.ts';
export { fitAll, optionsBeside, syntheticOptions } from './fit.ts';
export { figuresOf, gainOf, runsOf } from './gains.ts';
export { beginRuns, readRuns } from './kept-runs.ts';
export { NAMED, type SetName } from './names.ts';
export { utilityPage } from './page.ts';
export { amongPlanned, planRuns, runTrials } from './run-trials.ts';
export { measureOf, testSetOf } from './score.ts';
export { separate } from './separate.ts';
export { type TaskName, USUAL_STEPS, utilityDefaults } from './settings.ts';
export { BATCHES, countedImages } from './trial.ts';
export {
  type NamedSet,
  type RunSettings,
  type Task,
  type TestSet,
  UTILITY_VERSION,
  type Utility,
  type UtilityImages,
} from './types.ts';
export { gainLine, limitsOf } from './verdict.ts';
