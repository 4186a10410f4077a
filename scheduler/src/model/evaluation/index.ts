/** What `evaluation.json` of a model folder says, and its words. */
export {
  type Estimate,
  EVALUATION_VERSION,
  type EvaluationFacts,
  type EvaluationSettings,
  type Measure,
  readEvaluation,
  type SampledSettings,
  VERDICTS,
  type Verdict,
} from './evaluation.ts';
export {
  evaluatedName,
  figuresOfModel,
  formatFigure,
  formatInterval,
  formatShare,
  formatValue,
  type MainFigure,
  mainFigures,
  VERDICT_WORDS,
} from './words.ts';
