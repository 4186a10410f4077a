/** Holds the masks of pictures against what a segmenter reads in them: the measure, and what a report tells of each class. */
import type { Estimate, Measure } from '@onnoise/scheduler/model';
import type { MaskReader } from './features/index.ts';
import { areaOfClass, diceOfClass, diceOfClasses, MASK_DICE, meanDice } from './measures/index.ts';
import type { MaskClass } from './report/types.ts';
import type { ImageSet } from './sets/types.ts';

export interface MeasuredMasks {
  /** Absent where no mask has a class but background. */
  measure?: Measure | undefined;
  classes: MaskClass[];
}

/** All with masks. */
export interface MaskSets {
  real: ImageSet;
  noise: ImageSet;
  models: readonly ImageSet[];
}

/**
 * @param drawn whether the model draws its masks: then their areas are compared with those of real masks, too
 * @returns one for each of the models, in their order
 */
export async function measureMasks(
  reader: MaskReader,
  { real, noise, models }: MaskSets,
  drawn: boolean,
): Promise<MeasuredMasks[]> {
  const { about, classes } = reader;
  const look = async (images: ImageSet) => {
    const wanted = reader.fit(images.masks!);
    return { wanted, dice: diceOfClasses(await reader.read(images), wanted, about) };
  };
  const [ofReal, ofNoise] = [await look(real), await look(noise)];
  const found: MeasuredMasks[] = [];
  for (const images of models) {
    const ofModel = await look(images);
    const sets = { model: ofModel, real: ofReal, noise: ofNoise };
    found.push({
      measure: measureOf(sets, about.count),
      classes: classes.map((name, k) => ({
        name,
        ...(k >= about.first && { dice: each(sets, ({ dice }) => diceOfClass(dice, about.count, k)) }),
        ...(drawn && {
          area: {
            model: areaOfClass(ofModel.wanted, about.plane, k),
            real: areaOfClass(ofReal.wanted, about.plane, k),
          },
        }),
      })),
    });
  }
  return found;
}

interface Looked {
  wanted: Uint8Array;
  dice: Float64Array;
}

type Sets = Record<'model' | 'real' | 'noise', Looked>;

function measureOf(sets: Sets, classes: number): Measure | undefined {
  const { model, real, noise } = each(sets, ({ dice }) => meanDice(dice, classes));
  const { id, name, better } = MASK_DICE;
  return model && real && noise && { id, name, better, model, real, noise };
}

/** Of each set, without those that have nothing. */
function each(sets: Sets, of: (set: Looked) => Estimate | undefined): Partial<Record<keyof Sets, Estimate>> {
  const all = Object.entries(sets).map(([name, set]) => [name, of(set)] as const);
  return Object.fromEntries(all.filter(([, estimate]) => estimate !== undefined));
}
