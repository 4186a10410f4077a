/** `pipeline train`: its options, which go over the configuration file and the preset. */
import { type Command, textOption } from './options/command.ts';
import { fieldOptions, predictionOption, STUDENT_FIELDS } from './options/train-fields.ts';
import type { TrainArguments } from './stages/run-training.ts';

const MODEL = 'Model:';
const OUTPUT = 'Output:';

export const command: Command<TrainArguments> = {
  usage: '$0 train [options]\n\nTrains a diffusion model. Options override --config, which overrides --preset.',
  options: async () => {
    const { presetNames } = await import('@onnoise/training/settings');
    const presets = (await presetNames()).join(', ');
    return {
      ...fieldOptions('data'),
      preset: textOption(`Named settings to start from: ${presets}`, { group: MODEL }),
      model: { group: MODEL, describe: "Any key of the network's config, such as --model.layers_per_block 1" },
      scheduler: {
        group: 'Diffusion:',
        describe: 'Any key of scheduler_config.json, such as --scheduler.beta_schedule linear',
      },
      prediction: predictionOption,
      ...fieldOptions('training', STUDENT_FIELDS),
      out: textOption('Folder of the run, such as runs/x', { group: OUTPUT }),
      resume: { group: OUTPUT, boolean: true, default: false, describe: 'Continue the run in --out' },
      config: textOption('JSON file of settings', { group: OUTPUT }),
      'dry-run': {
        group: OUTPUT,
        boolean: true,
        default: false,
        describe: 'Print settings, images, memory and time, then stop',
      },
      ...fieldOptions('output'),
    };
  },
  examples: [
    ['$0 train --data digits --preset digits --minutes 5 --out runs/digits', 'five minutes of digits'],
    ['$0 train --data photos --preset small --size 32 --epochs 100 --out runs/photos', 'a folder of pictures'],
    ['$0 train --data photos --preset small --size 32 --prediction flow --out runs/flow', 'flow matching'],
    ['$0 train --preset tutorial --dry-run', 'what the tutorial would train'],
    ['$0 train --out runs/digits --resume --minutes 10', 'five more minutes'],
  ],
  handler: async (args) => {
    const { runTraining } = await import('./stages/run-training.ts');
    await runTraining(args);
  },
};
