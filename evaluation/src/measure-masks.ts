/** Holds the masks of pictures against what a segmenter reads in them: the measure, and what a report tells of each class. */
import type { Estimate, Measure } from '@onnoise/scheduler/evaluation';
import type { MaskReader } from './features/index.ts';
import { areaOfClass, diceOfClass, diceOfClasses, MASK_DICE, meanDice } from './measures/index.ts';
import type { MaskClass } from './report/types.ts';
import type { ImageSet } from './sets/types.ts';

interface MeasuredMasks {
  /** Absent where no mask has a class but background. */
  measure?: Measure | undefined;
  classes: MaskClass[];
}

/**
 * @param sets all with masks
 * @param drawn whether the model draws its masks: then their areas are compared with those of real masks, too
 */
export async function measureMasks(
  reader: MaskReader,
  { model, real, noise }: Record<'model' | 'real' | 'noise', ImageSet>,
  drawn: boolean,
): Promise<MeasuredMasks> {
  const { about, classes } = reader;
  const look = async (images: ImageSet): Promise<Looked> => {
    const wanted = reader.fit(images.masks!);
    return { wanted, dice: diceOfClasses(await reader.read(images), wanted, about) };
  };
  const sets = { real: await look(real), noise: await look(noise), model: await look(model) };
  const areaOf = ({ wanted }: Looked, k: number) => areaOfClass(wanted, about.plane, k);
  return {
    measure: measureOf(sets, about.count),
    classes: classes.map((name, k) => ({
      name,
      ...(k >= about.first && { dice: each(sets, ({ dice }) => diceOfClass(dice, about.count, k)) }),
      ...(drawn && { area: { model: areaOf(sets.model, k), real: areaOf(sets.real, k) } }),
    })),
  };
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
