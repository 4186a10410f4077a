/**
 * `pipeline audit`: whether an attacker can tell which images a model was trained on (docs/evaluation/audit.md). It checks everything
 * before the network is called: model, images, options, and whether the results can be written.
 */
import { modelFolder } from '@onnoise/base/install';
import { numberOption, toList } from '@onnoise/base/terminal';
import { ATTACKS, type Attack } from '@onnoise/evaluation/options';
import { check, InputError, oneOf } from '@onnoise/scheduler/rules';
import { type Command, textOption } from './options/command.ts';
import { evaluateDataOptions } from './options/evaluate-fields.ts';
import { failOnOption } from './options/fail-on.ts';
import { deviceOption } from './options/pictures.ts';
import type { AuditArguments, AuditCheck, AuditOptions } from './stages/audit-model.ts';

const MODEL = 'The model:';
const DATA = 'Images that it was trained on, and others, by default as in training:';
const ATTACK = 'The attacks:';
const SHADOWS = 'Shadow models:';
const RESULTS = 'Results:';
const ACTION = 'audit the model';

const CHECKS = ['membership', 'memorisation'] as const satisfies readonly AuditCheck[];

export const command: Command<AuditArguments> = {
  usage:
    '$0 audit --model <folder> --data <training images> --test-data <others> [options]\n\n' +
    'Attacks a model as somebody would who has its folder and an image, to learn whether it was trained on that image, and writes a privacy report: how often that succeeds, whether copies were found, and what training promises.',
  options: {
    model: textOption('Model folder', { group: MODEL, demandOption: true }),
    ...deviceOption(MODEL),
    ...evaluateDataOptions(DATA),
    'other-images': {
      group: DATA,
      boolean: true,
      default: false,
      describe: 'Take --data for the training images though training.json names others',
    },
    count: numberOption('count', ATTACK, 'Images of each kind to attack, chosen by the seed', 'all'),
    attacks: textOption(`Attacks to try: ${ATTACKS.join(',')}`, {
      group: ATTACK,
      defaultDescription: 'all',
      coerce: toList('attacks', ATTACKS.join(',')),
    }),
    timesteps: textOption('Timesteps to attack at', {
      group: ATTACK,
      defaultDescription: 'where noise is that of 50, 100 and 200 of DDPM',
      coerce: toList('timesteps', '50,100,200'),
    }),
    draws: { ...numberOption('draws', ATTACK, 'Draws of noise that the loss is averaged over'), default: 4 },
    seed: { ...numberOption('seed', ATTACK, 'Seed of the noise, and of the halves of shadows'), default: 0 },
    shadows: {
      ...numberOption(
        'shadows',
        SHADOWS,
        'Models to train on halves of all images as this one was, an even number: they calibrate the scores; 0 for none',
      ),
      default: 0,
    },
    steps: numberOption('steps', SHADOWS, 'Steps of each', 'as often over its images as the model'),
    minutes: numberOption('minutes', SHADOWS, 'Stop training them after so long; the same command goes on', 'no limit'),
    evaluation: textOption(
      'What pipeline evaluate found of this model and these images: its folder or evaluation.json, for copies',
      { group: RESULTS, defaultDescription: 'that in the model folder, if it fits' },
    ),
    run: textOption('Folder for shadows, scores and risk.csv: for the owner of the images alone', {
      group: RESULTS,
      defaultDescription: 'runs/<model>-audit',
    }),
    out: textOption('Folder for privacy.html, audit.json and audit.txt, which name no image', {
      group: RESULTS,
      default: 'out/audit',
    }),
    'fail-on': failOnOption(CHECKS, {
      group: RESULTS,
      describe: 'Exit with code 3 if one of these is found or cannot be told',
    }),
  },
  examples: [
    ['$0 audit --model models/x --data train --test-data others', 'a first look, without shadows'],
    [
      '$0 audit --model models/x --data train --test-data others --shadows 8 --minutes 60',
      'with shadows, an hour at a time',
    ],
    [
      '$0 audit --model models/x --data x --fail-on membership,memorisation',
      'for CI, with the images that training held out',
    ],
  ],
  handler: async (args) => {
    const options = readOptions(args);
    const { auditModel } = await import('./stages/audit-model.ts');
    await auditModel(args, options);
  },
};

/** What the command line asks for, checked against nothing but itself. */
function readOptions({ attacks = [...ATTACKS], timesteps, model }: AuditArguments): AuditOptions {
  const known = oneOf(ATTACKS);
  for (const name of attacks) check(ACTION, 'each of --attacks', known, name);
  const numbers = timesteps?.map((text) => {
    if (/^\d{1,9}$/.test(text)) return Number(text);
    throw new InputError(`Cannot ${ACTION}: each of --timesteps must be a whole number, received "${text}".`);
  });
  return {
    folder: modelFolder(model),
    attacks: ATTACKS.filter((name): name is Attack => attacks.includes(name)),
    timesteps: numbers,
  };
}
