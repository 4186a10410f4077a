/** The models that are measured: a teacher and its students, with what each is asked for. */
import { usualSampling } from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';
import { type ModelFolder, nameModels, readModelFolder } from '#runtime-node/index.ts';

export interface Drawer {
  name: string;
  folder: string;
  /** `20 steps of dpmpp_2m, guidance 1.1`: how it draws where nobody asks for more. */
  way: string;
  /** 1: none. */
  guidance: number;
  /** Values that everyone asks for, the means of the training images: a model may need some. */
  conditions: Record<string, number>;
}

export interface Drawers {
  teacher: Drawer;
  students: readonly Drawer[];
  /** The teacher, then its students. */
  all: readonly Drawer[];
}

/** @throws InputError for folders that are no models, and for models that are not a teacher and its students */
export async function readDrawers(teacher: string, students: readonly string[]): Promise<Drawers> {
  const named = Object.entries(nameModels('measure', [teacher, ...students]));
  const read: [string, ModelFolder][] = [];
  for (const [name, folder] of named) read.push([name, await readModelFolder(folder)]);
  const [[, first], ...others] = read as [[string, ModelFolder], ...[string, ModelFolder][]];
  if (first.conditionImage) {
    throw new InputError(
      `Cannot measure: --teacher must be a model that is told no masks or pictures, received ${teacher}.`,
    );
  }
  if (first.distilled) {
    throw new InputError(`Cannot measure: --teacher must be a model that is no student itself, received ${teacher}.`);
  }
  for (const [, { folder, distilled, shape }] of others) {
    if (!distilled) {
      throw new InputError(
        `Cannot measure: --student must be a model that \`pipeline distill\` made, received ${folder}.`,
      );
    }
    if (shape.join() !== first.shape.join()) {
      throw new InputError(
        `Cannot measure: --student must draw pictures of [${first.shape.join(', ')}] as its teacher, received [${shape.join(', ')}] of ${folder}.`,
      );
    }
  }
  const conditions = Object.fromEntries(first.conditions.map(({ name, mean }) => [name, mean]));
  const all = read.map(([name, model]): Drawer => {
    const { steps, sampler, guidance } = usualSampling(model);
    const guided = guidance === 1 ? '' : `, guidance ${guidance}`;
    const way = `${steps} ${steps === 1 ? 'step' : 'steps'} of ${sampler}${guided}`;
    return { name, folder: model.folder, way, guidance, conditions };
  });
  return { teacher: all[0]!, students: all.slice(1), all };
}
