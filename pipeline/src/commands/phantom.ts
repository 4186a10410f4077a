/** `pipeline phantom`: a set of synthetic hand radiographs with known truth (docs/phantom.md). */
import { join } from 'node:path';
import { LABEL } from '@onnoise/base/pictures';
import { numberOption, sayResult, toInterval, withInterrupt, withProgress } from '@onnoise/base/terminal';
import { formatPath, program, shellPath } from '@onnoise/base/text';
import { PHANTOM_FORMATS, type PhantomSet, SEXES, USUAL, writeSet } from '@onnoise/phantom';
import { type Command, textOption } from './options/command.ts';

/** The options of `pipeline phantom`; its help explains them. */
export interface PhantomArguments extends Omit<PhantomSet, 'age'> {
  out: string;
  age?: [number, number] | undefined;
  threads?: number | undefined;
}

/** Side to prepare pictures at, unless they are smaller: enlarging adds nothing but work. */
const USUAL_TRAINED = 64;

const PICTURES = 'The pictures:';
const PLANTED = 'Abnormalities and flaws to add:';

export const command: Command<PhantomArguments> = {
  usage:
    '$0 phantom --count <number> --out <folder>\n\n' +
    'Draws synthetic hand radiographs in the layout of the RSNA Bone Age challenge, with the ground truth of each. They are phantoms, not radiographs of people.',
  options: {
    count: { ...numberOption('count', PICTURES, 'Number of pictures'), demandOption: true },
    out: textOption('Folder to write, new or empty', { group: PICTURES, demandOption: true }),
    seed: {
      ...numberOption('seed', PICTURES, 'Seed; picture k does not depend on --count'),
      default: USUAL.seed,
    },
    size: { ...numberOption('size', PICTURES, 'Side in pixels'), default: USUAL.size },
    age: {
      group: PICTURES,
      requiresArg: true,
      coerce: toInterval('age', '60,120'),
      defaultDescription: USUAL.age.join(),
      describe: 'Youngest and oldest age in months; ages are spread evenly between them',
    },
    sex: {
      group: PICTURES,
      choices: SEXES,
      defaultDescription: 'both',
      describe: 'Only hands of girls, or only of boys',
    },
    right: { ...numberOption('right', PICTURES, 'Share of right hands'), default: USUAL.right },
    format: {
      group: PICTURES,
      choices: PHANTOM_FORMATS,
      default: USUAL.format,
      describe: 'Files to write; dicom is for trying out software that reads hospital files',
    },
    masks: {
      group: PICTURES,
      boolean: true,
      default: USUAL.masks,
      describe: 'Also write label maps, PNG of the same names in the folder masks: which pixel is which kind of bone',
    },
    threads: numberOption('threads', PICTURES, 'Number of threads; does not change the pictures', 'one per core'),
    abnormal: {
      ...numberOption('abnormal', PLANTED, 'Share of hands with a fracture, a missing phalanx or a short metacarpal'),
      default: USUAL.abnormal,
    },
    anomaly: numberOption(
      'anomaly',
      PLANTED,
      'Share of hands with one finger bone missing or clearly too short; adds the column anomaly to the table',
      'none, and no column',
    ),
    duplicates: {
      ...numberOption('duplicates', PLANTED, 'Number of copies to add; every second one is slightly changed'),
      default: USUAL.duplicates,
    },
    broken: {
      ...numberOption('broken', PLANTED, 'Number of broken files to add: truncated, empty or not pictures'),
      default: USUAL.broken,
    },
  },
  examples: [
    ['$0 phantom --count 12611 --out data/hands', 'as many as RSNA has for training'],
    [
      '$0 phantom --count 500 --age 60,120 --abnormal 0.2 --out data/children',
      'from 5 to 10 years, a fifth with a finding',
    ],
  ],
  handler: async ({
    count,
    out,
    seed,
    size,
    age,
    sex,
    right,
    abnormal,
    anomaly,
    duplicates,
    broken,
    format,
    masks,
    threads,
  }) => {
    const planted = { abnormal, anomaly, duplicates, broken };
    const given = { count, seed, size, sex, right, ...planted, format, masks, ...(age && { age }) };
    const began = performance.now();
    const files = await withInterrupt((signal) =>
      withProgress('Drawing', { unit: 'images' }, (onProgress) =>
        writeSet({ ...given, out, threads, signal, onProgress }),
      ),
    );
    const seconds = (performance.now() - began) / 1000;
    const [images, csv] = [formatPath(join(out, 'images')), formatPath(join(out, 'hands.csv'))];
    sayResult(
      [
        `Images: ${files} in ${images}. ${LABEL}`,
        ...(masks ? [`Masks: ${count + duplicates} in ${formatPath(join(out, 'masks'))}`] : []),
        `Table: ${csv}`,
        `Truth: ${formatPath(join(out, 'truth.jsonl'))}`,
        `Try: ${program('prepare')} --data ${shellPath(images)} --csv ${shellPath(csv)} --size ${Math.min(size, USUAL_TRAINED)}`,
      ],
      { out, files, pictures: count, duplicates, broken, ...(masks && { masks: count + duplicates }), seconds },
    );
  },
};
