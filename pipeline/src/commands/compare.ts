/** `pipeline compare`: several runs, models and evaluations side by side in one HTML file. */

import { checkWritable } from '@onnoise/base/files';
import { sayNote, sayResult } from '@onnoise/base/terminal';
import { formatPath, program } from '@onnoise/base/text';
import { InputError } from '@onnoise/scheduler/rules';
import { type Command, textOption } from './options/command.ts';

/** The options of `pipeline compare`; its help explains them. */
export interface CompareArguments {
  folders?: string[] | undefined;
  out: string;
}

export const command: Command<CompareArguments> = {
  usage:
    '$0 compare <folder> <folder>... [options]\n\nCompares the losses, measures, pictures and differing settings of several folders in one HTML file.',
  words: {
    folders: {
      type: 'string',
      array: true,
      describe: `Run folders, model folders, and output folders of ${program('evaluate')}`,
    },
  },
  options: {
    out: textOption('HTML file to write', { default: 'out/compare.html' }),
  },
  examples: [
    ['$0 compare runs/a runs/b', 'two trainings'],
    ['$0 compare runs/a models/digits --out compare.html', 'a training and a model'],
  ],
  handler: async ({ folders = [], out }) => {
    if (!/\.html?$/i.test(out)) {
      throw new InputError(`Cannot compare: --out must be the name of an .html file, received ${JSON.stringify(out)}.`);
    }
    const { figuresOf, openSides, requireNoOther, writeComparison } = await import('@onnoise/evaluation');
    const paths = folders.map(String);
    const sides = await openSides(paths);
    await requireNoOther(out, paths);
    await checkWritable('--out', out, 'file');
    for (const { name, notes } of sides) for (const note of notes) sayNote(`${name}: ${note}`);
    await writeComparison(sides, out);
    sayResult(`Comparison: ${formatPath(out)}`, { out, folders: sides.map(figuresOf) });
  },
};
