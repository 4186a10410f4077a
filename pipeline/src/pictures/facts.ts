/**
 * What files of pictures say beside pixels: what the user gives, and what the model's training.json knows. Nothing else is said,
 * so a file without a size of its pixels has none.
 */
import type { PictureFacts } from '@onnoise/medical';
import { check, number, object, oneOf, type Rule, rule } from '@onnoise/scheduler/rules';
import { BODY_PART, type FileChoice, PIXEL_SPACING, type SingleFormat } from './choices.ts';

const absentOr = (wanted: Rule<unknown>, value: unknown): boolean => value === undefined || wanted.holds(value);

const LEVELS: Rule<NonNullable<PictureFacts['levels']>> = rule(
  'two numbers, black below white',
  (value) =>
    object.holds(value) &&
    number().holds(value.black) &&
    number({ above: value.black }).holds(value.white) &&
    absentOr(oneOf(['HU']), value.unit),
);

const PLANES = oneOf(['coronal', 'sagittal']);

const FACT_RULES: Readonly<Record<keyof PictureFacts, Rule<unknown>>> = {
  spacing: PIXEL_SPACING,
  levels: LEVELS,
  bodyPart: BODY_PART,
  plane: PLANES,
};

/** Of facts that come from elsewhere. */
export const FACTS: Rule<PictureFacts> = rule(
  'what is known of pictures',
  (value) =>
    object.holds(value) &&
    Object.keys(value).every((name) => Object.hasOwn(FACT_RULES, name)) &&
    Object.entries(FACT_RULES).every(([name, wanted]) => absentOr(wanted, value[name])),
);

/**
 * Undefined where nothing is known, and for PNG and TIFF files, which say nothing. A model that learnt from images of changed size or
 * contrast does not know how large its pixels are, or what its levels measure.
 * @param folder of the model
 * @throws InputError for a training.json that cannot be used
 */
export async function factsOf(
  action: string,
  folder: string,
  { format = 'png', modality, pixelSpacing, bodyPart }: FileChoice<SingleFormat>,
): Promise<PictureFacts | undefined> {
  if (format === 'png' || format === 'tiff') return undefined;
  const { readTraining } = await import('@onnoise/base/folders');
  const training = await readTraining(folder);
  const known = <T>(name: string, wanted: Rule<T>, value: unknown) =>
    value === undefined ? undefined : check(action, `${name} in training.json`, wanted, value);
  const { axis, scale, contrast } = training?.settings.data ?? {};
  const measures = scale ? undefined : known('pixelSpacing', PIXEL_SPACING, training?.data.pixelSpacing);
  const spacing = pixelSpacing ?? measures;
  const levels = modality === 'CT' && !contrast ? known('levels', LEVELS, training?.data.levels) : undefined;
  const facts: PictureFacts = {
    ...(spacing !== undefined && { spacing }),
    ...(levels && { levels }),
    ...(bodyPart !== undefined && { bodyPart }),
    ...(PLANES.holds(axis) && { plane: axis }),
  };
  return Object.keys(facts).length === 0 ? undefined : facts;
}

/** Why pictures are not of the class of their modality, if something could change that. */
export function noteOnClass(
  { format, modality }: FileChoice<SingleFormat>,
  facts: PictureFacts | undefined,
): string | undefined {
  if (format !== 'dicom' || (modality !== 'CT' && modality !== 'MR') || facts?.plane !== undefined) return undefined;
  if (facts?.spacing !== undefined) return undefined;
  return `The files are Secondary Captures of modality ${modality}: nothing says how large a pixel is, as --pixel-spacing does.`;
}
