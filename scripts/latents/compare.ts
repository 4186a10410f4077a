/**
 * What an hour of two cores gives at 128 pixels: a network of pixels, in patches of 4, beside one of the same size that learns latents
 * of an autoencoder, whose training counts. Both draw what is asked of the same held-out phantoms, and `pipeline evaluate` measures the
 * pictures. It goes on where it was stopped; two and a half hours on two quiet cores.
 *
 *     npx tsx scripts/latents/compare.ts <folder to write to> [options]
 *
 * Options: `--images 12611` phantoms and `--tested 1000` others, `--minutes 60` in all, `--autoencoder 20` of them for the autoencoder.
 * `<folder>/<kind>-<guidance>/evaluation.json` has the figures.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const ROOT = join(import.meta.dirname, '..', '..');
const GUIDANCES = ['1', '1.5'];

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    images: { type: 'string', default: '12611' },
    tested: { type: 'string', default: '1000' },
    minutes: { type: 'string', default: '60' },
    autoencoder: { type: 'string', default: '20' },
  },
});
const [out] = positionals;
if (out === undefined) throw new Error('Give the folder to write to.');
const place = (...names: string[]) => join(out, ...names);

const PIPELINE = join(ROOT, 'pipeline', 'bin', 'pipeline.mjs');
const pipeline = (...args: string[]) => execFileSync(process.execPath, [PIPELINE, ...args], { stdio: 'inherit' });

/** Makes a folder, unless it is there: by another name until it is whole. @returns its path */
function once(path: string, make: (path: string) => void): string {
  if (existsSync(path)) return path;
  rmSync(`${path}.part`, { recursive: true, force: true });
  make(`${path}.part`);
  renameSync(`${path}.part`, path);
  return path;
}

function phantoms(name: string, count: string, seed: string) {
  const folder = once(place(name), (path) =>
    pipeline('phantom', '--count', count, '--seed', seed, '--size', '128', '--out', path),
  );
  return { images: join(folder, 'images'), csv: join(folder, 'hands.csv') };
}

const data = phantoms('data', values.images, '0');
const tested = phantoms('tested', values.tested, '1000000');
const COLUMNS = ['--label-column', 'male', '--label-names', 'False=female,True=male', '--condition-columns', 'boneage'];

/** The folder of a network that learns so long. */
function trained(name: string, preset: string, minutes: number, ...options: string[]): string {
  return once(place(`${name}-model`), (model) => {
    const folder = place(`${name}-run`);
    const settings = ['--data', data.images, '--preset', preset, '--minutes', `${minutes}`, ...options];
    const begun = existsSync(join(folder, 'config.json'));
    pipeline('train', ...(begun ? ['--resume'] : settings), '--out', folder);
    pipeline('export', '--run', folder, '--out', model, '--no-weights');
  });
}

/** The same of one that draws. */
const drawing = (name: string, preset: string, minutes: number, ...options: string[]) => {
  const told = ['--csv', data.csv, ...COLUMNS];
  return trained(name, preset, minutes, ...told, '--validation-share', '0', '--sample-every', 'off', ...options);
};

/** What is asked for: sex and age of the held-out phantoms. */
const [, ...rows] = readFileSync(tested.csv, 'utf8').trim().split('\n');
const asked = rows.map((row) => row.split(',') as [id: string, age: string, male: string]);
const LABELS = asked.map(([, , male]) => (male.trim() === 'True' ? 'male' : 'female')).join(',');
const AGES = `boneage=${asked.map(([, age]) => age).join(',')}`;

const autoencoder = trained('autoencoder', 'autoencoder', Number(values.autoencoder));
const minutes = Number(values.minutes);
const models = {
  pixels: drawing('pixels', 'hands', minutes, '--size', '128', '--model.patch_size', '4'),
  latents: drawing('latents', 'latents', minutes - Number(values.autoencoder), '--autoencoder', autoencoder),
};

for (const guidance of GUIDANCES) {
  for (const [kind, model] of Object.entries(models)) {
    // Of the held-out phantoms' sexes and ages, by seeds that are their ids.
    const pictures = once(place(`${kind}-${guidance}-pictures`), (path) =>
      pipeline(
        ...['sample', '--model', model, '--count', values.tested, '--seed', '1', '--guidance', guidance],
        ...['--labels', LABELS, '--condition', AGES, '--singles', path],
      ),
    );
    once(place(`${kind}-${guidance}`), (path) =>
      pipeline(
        ...['evaluate', '--pictures', pictures, '--pictures-csv', tested.csv, '--radiomics'],
        ...['--data', data.images, '--csv', data.csv, ...COLUMNS],
        ...['--test-data', tested.images, '--test-csv', tested.csv, '--out', path],
      ),
    );
  }
}
