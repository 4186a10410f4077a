/**
 * `pipeline export`: a model folder from a training run. It ends with the parity check, and leaves nothing if that fails.
 */
import type { CommandModule } from 'yargs';
import { formatPath } from '../terminal/format.ts';
import { toNumber } from '../terminal/options.ts';
import { withProgress } from '../terminal/progress.ts';

/** The options of `pipeline export`; its help tells their meaning. */
export interface ExportArguments {
  run: string;
  out: string;
  checkpoint?: number | undefined;
}

export const command: CommandModule<object, ExportArguments> = {
  command: 'export',
  describe: 'Turn a training run into a model folder (ONNX)',
  builder: (cli) =>
    cli
      .usage(
        '$0 export --run <folder> --out <folder>\n\nTurns a training run into a model folder: its averaged weights as ONNX, with everything that sampling needs.',
      )
      .options({
        run: { string: true, requiresArg: true, demandOption: true, describe: 'Run folder of pipeline train' },
        out: { string: true, requiresArg: true, demandOption: true, describe: 'Model folder to write' },
        checkpoint: {
          requiresArg: true,
          coerce: toNumber('checkpoint'),
          describe: 'Step of the checkpoint to export',
          defaultDescription: 'the last',
        },
      })
      .example('$0 export --run runs/digits --out out/digits', 'the last checkpoint')
      .example('$0 export --run runs/digits --out out/early --checkpoint 500', 'the one at step 500'),
  handler: async ({ run, out, checkpoint }) => {
    const { exportRun } = await import('../export/export.ts');
    const { describeParity } = await import('../export/parity.ts');
    const { parity } = await withProgress('Exporting', { unit: 'stages' }, (onProgress) =>
      exportRun({ run, out, checkpoint, onProgress }),
    );
    process.stdout.write(`Largest difference between training and ONNX: ${describeParity(parity)}\n`);
    process.stdout.write(`Model: ${formatPath(out)}\nTry: pipeline sample --model ${formatPath(out)}\n`);
  },
};
