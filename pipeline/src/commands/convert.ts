/** `pipeline convert`: a model folder in another form: with a smaller network, with a fused graph, or with its weights for Python. */

import { lockBeside, placeOf, withLock } from '@onnoise/base/files';
import { sayNote, sayResult } from '@onnoise/base/terminal';
import { formatPath } from '@onnoise/base/text';
import type { TableOptions } from '../export/fuse/table-file.ts';
import { type Command, textOption } from './options/command.ts';
import { type ConvertArguments, chooseForm } from './options/convert.ts';
import { formatOptions } from './options/formats.ts';
import { describeFused, fuseOptions } from './options/fuse.ts';
import { wordsOf } from './stages/export-folder.ts';
import { copySmaller } from './stages/make-smaller.ts';

export const command: Command<ConvertArguments> = {
  usage:
    '$0 convert --model <folder> --out <folder> --format <format>\n\n' +
    'Copies a model folder in another form. --format makes the network smaller. --fuse and --weights add to a copy; if --out is the folder of --model, they add to that.',
  options: {
    model: textOption('Model folder to convert', { demandOption: true }),
    out: textOption('Model folder to write'),
    ...formatOptions('A smaller network:'),
    weights: { group: 'For Python:', boolean: true, describe: 'Write the weights as safetensors for diffusers' },
    ...fuseOptions(),
  },
  examples: [
    ['$0 convert --model models/digits --out out/digits --format float16', 'half the size'],
    [
      '$0 convert --model models/digits --out out/digits --format int8-weights',
      'a quarter of the size, at the same speed',
    ],
    ['$0 convert --model models/digits --out out/digits --format int8', 'a quarter of the size, and faster on a CPU'],
    ['$0 convert --model models/digits --out out/digits --weights', 'with its weights for Python'],
    ['$0 convert --model models/digits --out out/digits --fuse loop', 'all steps in one call'],
  ],
  handler: async (args) => {
    const { model } = args;
    const form = chooseForm(args);
    const { out } = form;
    await checkCopy(model, out);
    const isSame = (await placeOf(out)) === (await placeOf(model));
    if (isSame && form.kind !== 'smaller') {
      const added = form.kind === 'fused' ? 'the graph is' : 'the weights are';
      sayNote(`--out is the folder of --model: ${added} added to it, and no copy is made.`);
    }
    if (form.kind === 'smaller') {
      return copySmaller({ model, out, request: form.request, judge: args.judge, words: wordsOf(out) });
    }
    return form.kind === 'fused' ? copyFused(model, out, form.table) : copyWithWeights(model, out);
  },
};

/** @throws InputError for a folder that is no model, or no place for a copy */
async function checkCopy(model: string, out: string): Promise<void> {
  const [{ readModelFolder }, { checkArtefactTarget }] = await Promise.all([
    import('@onnoise/runtime-node'),
    import('@onnoise/training/folder'),
  ]);
  await readModelFolder(model);
  await checkArtefactTarget(out, model);
}

async function copyWithWeights(model: string, out: string): Promise<void> {
  const { exportWithWeights } = await import('../export/with-weights.ts');
  const { bytes } = await withLock(lockBeside(out), wordsOf(out), () => exportWithWeights({ model, out }));
  sayResult([`Model with its weights: ${formatPath(out)}`], { model, folder: out, weights: bytes });
}

async function copyFused(model: string, out: string, table: TableOptions): Promise<void> {
  const [{ fuseFolder }, { reportOf }] = await Promise.all([
    import('../export/fuse/folder.ts'),
    import('../export/fuse/fuse.ts'),
  ]);
  const fused = reportOf(await withLock(lockBeside(out), wordsOf(out), () => fuseFolder({ model, out, table })));
  sayResult([describeFused(fused), `Model: ${formatPath(out)}`], { model, folder: out, fused });
}
