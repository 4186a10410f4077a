/** `pipeline train`: its options, which go over the configuration file and the preset. */
import type { Argv, CommandModule } from 'yargs';
import { fieldOptions } from './options/train-fields.ts';
import type { TrainArguments } from './stages/run-training.ts';

export const command: CommandModule<object, TrainArguments> = {
  builder: async (cli: Argv) => {
    const { presetNames } = await import('@onnoise/training/settings');
    const presets = (await presetNames()).join(', ');
    return cli
      .usage('$0 train [options]\n\nTrains a diffusion model. Options override --config, which overrides --preset.')
      .options({
        ...fieldOptions('data'),
        preset: {
          group: 'Model:',
          type: 'string',
          requiresArg: true,
          describe: `Named settings to start from: ${presets}`,
        },
        model: { group: 'Model:', describe: "Any key of the network's config, such as --model.layers_per_block 1" },
        scheduler: {
          group: 'Diffusion:',
          describe: 'Any key of scheduler_config.json, such as --scheduler.beta_schedule linear',
        },
        ...fieldOptions('training'),
        out: { group: 'Output:', type: 'string', requiresArg: true, describe: 'Folder of the run, such as runs/x' },
        resume: { group: 'Output:', type: 'boolean', default: false, describe: 'Continue the run in --out' },
        config: { group: 'Output:', type: 'string', requiresArg: true, describe: 'JSON file of settings' },
        'dry-run': {
          group: 'Output:',
          type: 'boolean',
          default: false,
          describe: 'Print settings, images, memory and time, then stop',
        },
        ...fieldOptions('output'),
      })
      .example('$0 train --data digits --preset digits --minutes 5 --out runs/digits', 'five minutes of digits')
      .example('$0 train --data photos --preset small --size 32 --epochs 100 --out runs/photos', 'a folder of pictures')
      .example('$0 train --preset tutorial --dry-run', 'what the tutorial would train')
      .example(
        '$0 train --out runs/digits --resume --minutes 10',
        'five more minutes',
      ) as unknown as Argv<TrainArguments>;
  },
  handler: async (args) => {
    const { runTraining } = await import('./stages/run-training.ts');
    await runTraining(args);
  },
};
