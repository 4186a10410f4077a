/** An evaluation in words: its main figures, as the page, the report and the model card give them. */
import { InputError } from '../../rules/errors.ts';
import { parseJson } from '../../rules/json.ts';
import { type Estimate, type EvaluationFacts, type Measure, readEvaluation, type Verdict } from './evaluation.ts';

/** A figure beside what it is to be compared with. */
export interface MainFigure {
  /** `Frechet distance` */
  name: string;
  /** `18.2` */
  value: string;
  /** `real images 9.1, noise 900`; absent where there is nothing to compare with. */
  anchors?: string | undefined;
}

/** Measures whose values are shares, and are told in percent. */
const SHARES: readonly string[] = ['class_accuracy', 'class_histogram', 'synthetic_accuracy'];
/** Those that are told first, in this order, where they are there. */
const MAIN: readonly string[] = ['class_accuracy', 'mask_dice', 'frechet'];
/** Begins the ids of the errors of numbers that pictures were asked for: a number's name follows. */
const NUMBER_ERROR = 'number_error_';

export const VERDICT_WORDS: Readonly<Record<Verdict, string>> = {
  'copies found': 'copies of training images found',
  'none found': 'no copies of training images found',
  'cannot tell': 'cannot tell whether pictures are copies',
};

/** How often the class is right, how far numbers are off, how well masks fit, the distance, and whether pictures are copies: those of them that were measured. */
export function mainFigures({
  measures,
  memorisation,
}: Pick<EvaluationFacts, 'measures' | 'memorisation'>): MainFigure[] {
  const [accuracy, dice, distance] = MAIN.map((id) => measures.filter((measure) => measure.id === id).slice(0, 1));
  const found = [accuracy!, measures.filter(({ id }) => id.startsWith(NUMBER_ERROR)), dice!, distance!].flat();
  return [
    ...found.map((measure) => ({
      name: measure.name,
      value: formatFigure(measure, measure.model.value),
      anchors: `real images ${formatFigure(measure, measure.real.value)}, noise ${formatFigure(measure, measure.noise.value)}`,
    })),
    ...(memorisation ? [{ name: 'Memorisation', value: VERDICT_WORDS[memorisation.verdict] }] : []),
  ];
}

/**
 * The main figures of a model folder that was evaluated.
 * @param text of its `evaluation.json`
 * @param hash SHA-256 of its network in hex; empty where it is not known
 * @throws InputError for a file that cannot be read, and for figures of another network
 */
export function figuresOfModel(text: string, hash: string, file = 'evaluation.json'): MainFigure[] {
  const facts = readEvaluation(
    parseJson(text, (received) => {
      throw new InputError(`Cannot read ${file}: it must be JSON, received ${received}.`);
    }),
    file,
  );
  if (hash !== '' && facts.model?.hash !== hash) {
    throw new InputError(
      `Cannot read ${file}: it must be about the network beside it, received figures of other weights. Evaluate the model again.`,
    );
  }
  return mainFigures(facts);
}

/** What was evaluated: the model, or the pictures by the path that was given. */
export const evaluatedName = ({ model, pictures }: Pick<EvaluationFacts, 'model' | 'pictures'>): string =>
  model?.name ?? pictures?.name ?? 'unknown';

/** A value of a measure: three digits, or percent where it is a share that is told so. */
export function formatFigure({ id }: Pick<Measure, 'id'>, value: number): string {
  return SHARES.includes(id) ? formatShare(value) : formatValue(value);
}

/** `17.4 to 19.1`; undefined without an interval. */
export function formatInterval(measure: Pick<Measure, 'id'>, { interval }: Estimate): string | undefined {
  return interval && `${formatFigure(measure, interval[0])} to ${formatFigure(measure, interval[1])}`;
}

/** `97.3 %` */
export const formatShare = (share: number): string => `${Number((100 * share).toFixed(1))} %`;

/** Three significant digits, and whole from 100 on: `0.0312`, `18.2`, `1,204`. */
export function formatValue(value: number): string {
  const digits = Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3));
  return digits.toLocaleString('en', { maximumSignificantDigits: 21 });
}
