export { NAMED, noteUnlike, requireClasses, requireCounts, requireTest } from './check.ts';
export { fitAll, optionsBeside, syntheticOptions } from './fit.ts';
export { figuresOf, gainOf, runsOf, testSetOf } from './gains.ts';
export { beginRuns, readRuns } from './kept-runs.ts';
export { utilityPage } from './page.ts';
export { amongPlanned, BATCH, planRuns, runTrials } from './run-trials.ts';
export { separate } from './separate.ts';
export { USUAL_STEPS, utilityDefaults } from './settings.ts';
export {
  MEASURE,
  type NamedSet,
  type RunSettings,
  type TestSet,
  UTILITY_VERSION,
  type Utility,
  type UtilityImages,
} from './types.ts';
export { gainLine, limitsOf } from './verdict.ts';
