/** What must be so of a model and of the images that are named, before they are prepared or the network is called. */
import { basename } from 'node:path';
import { checkSeed, type SchedulerConfig } from '@onnoise/scheduler';
import { check, InputError, integer, number, refuse, rule } from '@onnoise/scheduler/rules';
import type { ConfigLayer, PartialConfig } from '@onnoise/training/settings';
import type { AuditJob } from './audit-job.ts';
import { requireNumbers } from './beside.ts';
import type { RealImages } from './sets/real-images.ts';

const MOST_SHADOWS = 1000;
/** Of fewer, none says how much scores vary. */
export const FEWEST_SHADOWS = 4;

/** @returns the settings that shadows are trained with, if there are to be some; and why images may not be what they are taken for */
export function readSettings(action: string, job: AuditJob): { base: ConfigLayer | undefined; doubts: string[] } {
  const { model, training, attacks, draws, seed, count, shadows, steps, minutes } = job;
  if (model.distilled) {
    refuse(action, '--model', 'a model that knows all timesteps, such as its teacher', 'a student of few calls');
  }
  if (attacks.length === 0) refuse(action, '--attacks', 'at least one', 'none');
  check(action, '--draws', integer(1, 1000), draws);
  checkSeed(action, '--seed', seed);
  if (count !== undefined) check(action, '--count', integer(1), count);
  const even = rule(`0, or an even number from ${FEWEST_SHADOWS} to ${MOST_SHADOWS}`, (value) => {
    return value === 0 || (integer(FEWEST_SHADOWS, MOST_SHADOWS).holds(value) && Number(value) % 2 === 0);
  });
  check(action, '--shadows', even, shadows);
  for (const [name, value] of Object.entries({ steps, minutes })) {
    if (value === undefined) continue;
    if (shadows === 0) refuse(action, `--${name}`, 'left out without --shadows', value);
    check(action, `--${name}`, name === 'steps' ? integer(1) : number({ above: 0 }), value);
  }
  const init = training?.settings.training?.init;
  const started = typeof init === 'string' ? basename(init) : undefined;
  if (shadows > 0 && training === undefined) {
    throw new InputError(
      `Cannot ${action}: --shadows must be 0 for a model folder without training.json, which has the settings to train them with, received ${shadows}.`,
    );
  }
  const { num_train_timesteps: told } = (training?.settings.scheduler ?? {}) as Partial<SchedulerConfig>;
  const { num_train_timesteps: known } = model.scheduler;
  if (shadows > 0 && told !== undefined && told !== known) {
    throw new InputError(
      `Cannot ${action}: --shadows must be 0 for a model whose training.json has other timesteps than its scheduler, ${told} and ${known}, received ${shadows}.`,
    );
  }
  if (shadows > 0 && started !== undefined) {
    throw new InputError(
      `Cannot ${action}: --shadows must be 0 for a model that started from the weights of ${started}, whose images shadows have not seen, received ${shadows}.`,
    );
  }
  const doubts = [
    ...(training === undefined
      ? ['No training.json says which images the model was trained on, so those that are named may be others.']
      : []),
    ...(started === undefined
      ? []
      : [
          `The model started from the weights of ${started}, and what these learnt from may be among the images held out.`,
        ]),
  ];
  if (model.autoencoder) doubts.push(AUTOENCODER);
  const base = shadows > 0 ? { name: 'training.json', config: settingsOf(job) } : undefined;
  return { base, doubts };
}

/** @throws InputError where nothing is held out: all images would be training images, and there is nothing to compare them with */
export function requireHeldOut(action: string, { data, test, model, training }: AuditJob): void {
  const { conditions = [] } = model;
  if (test === undefined) {
    if (training !== undefined && data.validationShare > 0) return;
    const why =
      training === undefined ? 'no training.json says which images training held out' : 'training held none out';
    throw new InputError(
      `Cannot ${action}: --test-data must name images that the model has never seen, received nothing, and ${why}. Without them an audit means nothing.`,
    );
  }
  requireNumbers(action, conditions, test);
}

/** @throws InputError for other images than training.json names, unless they are meant, and for another split of them */
export function refuseUnlike(
  action: string,
  { training, data, otherImages }: AuditJob,
  { same, dataset }: RealImages,
): void {
  if (training === undefined) return;
  // Nobody can tell whether the images of a private run are these.
  if (same === false && !training.privacy) {
    if (otherImages) return;
    throw new InputError(
      `Cannot ${action}: --data must be the images that training.json names, ${training.data.name}, received others (${dataset.name}). Add --other-images to audit with them all the same.`,
    );
  }
  const { data: told = {}, training: { seed } = {} } = training.settings;
  const held = told.validationShare !== 0 || data.validationShare !== 0;
  const split = [
    ['--validation-share', told.validationShare, data.validationShare],
    ['--split-seed', held ? seed : data.seed, data.seed],
    ['--group-column', told.groupColumn, data.groupColumn],
  ] as const;
  const other = split.find(([, was, is]) => was !== is);
  if (other === undefined) return;
  const [name, was = 'nothing', is = 'nothing'] = other;
  throw new InputError(
    `Cannot ${action}: ${name} must be as in training, ${was}, received ${is}. Otherwise images would be taken for what they are not.`,
  );
}

/** Whoever has the model has this, too. */
const AUTOENCODER =
  'The attacks are on the network that draws latents. Its autoencoder, which shadows share, may give away images of its own training, and no attack here looks at that.';

/** Those of training; its autoencoder is the folder's own, wherever it was then. */
function settingsOf({ model, training }: AuditJob): PartialConfig {
  const settings = training!.settings as PartialConfig;
  if (!model.autoencoder) return settings;
  return { ...settings, training: { ...settings.training, autoencoder: model.folder } };
}
