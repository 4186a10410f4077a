/** What can be asked of an evaluation, and the words of its answer: light to load. */

export {
  chooseImages,
  FROM_CARD,
  FROM_CARD_WITH_CSV,
  FROM_CARD_WITH_DATA,
  IMAGE_FIELDS,
  type ImagesOfEvaluation,
  type NamedImages,
} from './choose-images.ts';
export { FEATURE_RANGES, type FeatureRange } from './features/range.ts';
export { ATTACKS, type Attack } from './membership/names.ts';
export { placeWord } from './privacy/command.ts';
export { withoutEvaluation } from './report/card.ts';
export { describeSettings } from './report/words.ts';
export {
  USUAL_COUNTS,
  USUAL_SEEDS,
  USUAL_SHARE,
  USUAL_STEPS,
  UTILITY_FIELDS,
} from './utility/settings.ts';
