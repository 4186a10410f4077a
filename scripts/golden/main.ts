/**
 * Makes the golden values again: `npm run golden` for all, `npm run golden -- scheduler train` for some. Each script
 * writes a folder below test/golden/data. All but `game` need Python 3.11 or later with
 * scripts/golden/requirements.txt.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const SCRIPTS: Record<string, string> = {
  scheduler: 'scheduler.py',
  samplers: 'samplers.py',
  starts: 'starts.py',
  flow: 'flow.py',
  model: 'model.py',
  autoencoder: 'autoencoder.py',
  checkpoints: 'checkpoints.py',
  monai: 'monai_unet.py',
  'monai-autoencoder': 'autoencoders/of_monai.py',
  guidance: 'guidance.py',
  gradient: 'gradient.py',
  train: 'train.py',
  muon: 'muon.py',
  images: 'images.py',
  inks: 'inks.py',
  arrays: 'arrays.py',
  labels: 'labels.py',
  channels: 'channels.py',
  places: 'places.py',
  features: 'features.py',
  perceptual: 'autoencoders/perceptual.py',
  measures: 'measures.py',
  radiomics: 'evaluation/frd.py',
  'monai-measures': 'evaluation/monai_measures.py',
  utility: 'evaluation/utility.py',
  dice: 'evaluation/dice.py',
  memorisation: 'memorisation.py',
  membership: 'membership/references.py',
  chance: 'chance.py',
  game: 'game.ts',
  exercises: 'learn/exercises.py',
  account: 'privacy/account.py',
  clipped: 'privacy/clipped.py',
};

const asked = process.argv.slice(2);
const names = asked.length > 0 ? asked : Object.keys(SCRIPTS);
const unknown = names.find((name) => !Object.hasOwn(SCRIPTS, name));
if (unknown !== undefined) {
  console.error(
    `Cannot make golden values: the name must be one of ${Object.keys(SCRIPTS).join(', ')}, received ${unknown}.`,
  );
  process.exit(2);
}
for (const name of names) {
  const file = join(import.meta.dirname, SCRIPTS[name]!);
  const [command, args] = file.endsWith('.py')
    ? [process.env.PYTHON ?? 'python3', [file]]
    : [process.execPath, ['--import', 'tsx', file]];
  console.log(`${name}: ${SCRIPTS[name]}`);
  const { status, error } = spawnSync(command, args, { stdio: 'inherit' });
  if (status !== 0) {
    console.error(`Cannot make golden values: ${name} failed${error ? `, ${error.message}` : ''}.`);
    process.exit(1);
  }
}
