/** `pipeline export`: a model folder from a training run. It ends with the parity check, and leaves nothing if that fails. */
import { sayResult, toNumber } from '@onnoise/base/terminal';
import { formatPath, program, shellPath } from '@onnoise/base/text';
import { type Command, textOption } from './options/command.ts';
import { exportFolder } from './stages/export-folder.ts';

export interface ExportArguments {
  run: string;
  out: string;
  checkpoint?: number | undefined;
  weights?: boolean | undefined;
}

export const command: Command<ExportArguments> = {
  usage:
    '$0 export --run <folder> --out <folder>\n\n' +
    'Turns a training run into a model folder: its averaged weights as ONNX, with everything that sampling needs, and as safetensors for Python.',
  options: {
    run: textOption(`Run folder of ${program('train')}`, { demandOption: true }),
    out: textOption('Model folder to write', { demandOption: true }),
    checkpoint: {
      requiresArg: true,
      coerce: toNumber('checkpoint'),
      describe: 'Step of the checkpoint to export',
      defaultDescription: 'the last',
    },
    weights: { boolean: true, describe: 'Also write the weights for Python; --no-weights leaves them out' },
  },
  examples: [
    ['$0 export --run runs/digits --out out/digits', 'the last checkpoint'],
    ['$0 export --run runs/digits --out out/early --checkpoint 500', 'the one at step 500'],
  ],
  handler: async (args) => {
    const { run, out, checkpoint, weights } = args;
    const { parity, autoencoder, ...report } = await exportFolder({ run, out, checkpoint, weights });
    const { describeParity } = await import('@onnoise/training/folder');
    sayResult(
      [
        `Largest difference between training and ONNX: ${describeParity(parity)}`,
        `Model: ${formatPath(out)}`,
        ...(autoencoder ? [] : [`Try: ${program('sample')} --model ${shellPath(out)}`]),
      ],
      { ...report, parity },
    );
  },
};
