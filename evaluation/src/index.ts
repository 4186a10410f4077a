/** Measures the pictures of a model, judges a smaller format of it, and compares evaluations. */
export { InputError } from '@onnoise/scheduler/rules';
export { audit } from './audit.ts';
export type { AuditHooks, AuditJob } from './audit-job.ts';
export { figuresOf, requireNoOther, writeComparison } from './compare/compare.ts';
export { openSides } from './compare/folders.ts';
export { evaluate } from './evaluate.ts';
export {
  type EvaluateHooks,
  type EvaluateOptions,
  type EvaluatePicturesOptions,
  evaluateModel,
  evaluatePictures,
} from './evaluate-model.ts';
export { fromFiles } from './from-files.ts';
export { fromModel } from './from-model.ts';
export { JUDGED_COUNT, type Judgement, type JudgeOptions, judge, requireJudgement } from './judge-format.ts';
export { areaUnderCurve } from './membership/index.ts';
export { formatPrivacyPage, type PrivacyReport, reportText, verdictLine } from './privacy/index.ts';
export { openFiles, requireApart } from './report/files.ts';
export { type ImageNames, imageNames } from './report/image-names.ts';
export type { Evaluation } from './report/types.ts';
export type { WrittenReport } from './report/write.ts';
export type { SamplingSettings } from './sampling/sample.ts';
export { gainLine, type NamedSet, type Utility, type UtilityImages, utilityPage } from './utility/index.ts';
export { RUNS_FILE, type UtilityJob, utility } from './utility.ts';
