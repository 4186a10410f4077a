/** `pipeline export`: a model folder from a training run. It ends with the parity check, and leaves nothing if that fails. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { lockBeside, withLock } from '@onnoise/base/files';
import { sayNote, sayResult, toNumber, withProgress } from '@onnoise/base/terminal';
import { formatPath, program, shellPath } from '@onnoise/base/text';
import { MODEL_FILES } from '@onnoise/scheduler/model';
import type { ExportOptions } from '../export/export.ts';
import { type Command, textOption } from './options/command.ts';
import { type MovedArguments, movedOptions, refuseMoved } from './options/moved.ts';

export interface ExportArguments extends MovedArguments {
  checkpoint?: number | undefined;
  weights?: boolean | undefined;
}

export const command: Command<ExportArguments> = {
  usage:
    '$0 export --run <folder> --out <folder>\n\n' +
    'Turns a training run into a model folder: its averaged weights as ONNX, with everything that sampling needs, and as safetensors for Python.',
  options: {
    run: textOption(`Run folder of ${program('train')}`),
    out: textOption('Model folder to write'),
    checkpoint: {
      requiresArg: true,
      coerce: toNumber('checkpoint'),
      describe: 'Step of the checkpoint to export',
      defaultDescription: 'the last',
    },
    weights: { boolean: true, describe: 'Also write the weights for Python; --no-weights leaves them out' },
    ...movedOptions(),
  },
  examples: [
    ['$0 export --run runs/digits --out out/digits', 'the last checkpoint'],
    ['$0 export --run runs/digits --out out/early --checkpoint 500', 'the one at step 500'],
  ],
  handler: async (args) => {
    const { run, out } = refuseMoved(args);
    const { checkpoint, weights } = args;
    const { parity, ...report } = await exportFolder({ run, out, checkpoint, weights });
    const { describeParity } = await import('@onnoise/training/folder');
    sayResult(
      [
        `Largest difference between training and ONNX: ${describeParity(parity)}`,
        `Model: ${formatPath(out)}`,
        `Try: ${program('sample')} --model ${shellPath(out)}`,
      ],
      { ...report, parity },
    );
  },
};

export type ExportedFolder = Omit<ExportOptions, 'onProgress'>;

/** Two exports into one folder would overwrite each other, so a second one is refused while the first runs. */
export async function exportFolder({ run, out, ...options }: ExportedFolder) {
  const [{ exportRun }, { checkArtefactTarget }] = await Promise.all([
    import('../export/export.ts'),
    import('@onnoise/training/folder'),
  ]);
  await checkArtefactTarget(out);
  const evaluated = existsSync(join(out, MODEL_FILES.evaluation));
  const { parity, step, bytes, notes } = await withLock(lockBeside(out), wordsOf(out), () =>
    withProgress('Exporting', { unit: 'stages' }, (onProgress) => exportRun({ run, out, ...options, onProgress })),
  );
  for (const note of notes) sayNote(note);
  if (evaluated) sayNote('The evaluation of the previous model was removed with it. Evaluate this one.');
  return { run, folder: out, step, bytes, parity };
}

export const wordsOf = (out: string) => ({ action: `export to ${out}`, doing: 'is exporting there' });
