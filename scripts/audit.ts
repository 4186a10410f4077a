/**
 * Tries `pipeline audit` on phantoms, where the truth is known:
 *
 *     npx tsx scripts/audit.ts innocent <folder> [images] [splits] [train options...]
 *     npx tsx scripts/audit.ts planted <folder> [images] [shadows] [train options...]
 *
 * `innocent` trains a model on phantoms and audits it with random halves of others, which it has not seen: the interval of the strongest
 * attack, which counts how many were tried, should hold 0.5 in 19 of 20 splits, and that of an attack by itself, too. `planted` trains one on few phantoms for long, and audits it with as many others: it should leak. Train options go over the preset
 * `small` at 64 pixels, and say when to stop, such as `--steps 20000`. Whole reports lie below the folder, and a line
 * for each on standard output begins with its name. Stopped, it goes on by the same line, from the last checkpoint and the last shadow.
 */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { shuffle } from '@onnoise/scheduler';
import { main } from '../pipeline/src/cli.ts';

const [kind, folder, count = '400', times = kind === 'planted' ? '8' : '10', ...options] = process.argv.slice(2);
if ((kind !== 'innocent' && kind !== 'planted') || folder === undefined) {
  console.error('npx tsx scripts/audit.ts innocent|planted <folder> [images] [splits or shadows] [train options...]');
  process.exit(2);
}
const images = Number(count);
const at = (...names: string[]) => join(folder, ...names);

async function run(...args: string[]): Promise<void> {
  const code = await main([...args, '--quiet']);
  if (code !== 0) process.exit(code);
}

const namesIn = (data: string) =>
  readdirSync(data)
    .filter((name) => name.endsWith('.png'))
    .sort();

/** Copies images of a folder into another. */
function copy(from: string, to: string, names: readonly string[]): string {
  mkdirSync(to, { recursive: true });
  for (const name of names) copyFileSync(join(from, name), join(to, name));
  return to;
}

const CACHE = ['--cache-dir', at('cache')];
async function draw(name: string, seed: string): Promise<void> {
  if (!existsSync(at(name))) await run('phantom', '--count', count, '--seed', seed, '--out', at(name));
}

interface Figures {
  auc: { interval: [number, number] };
}

function tell(name: string): void {
  const found = JSON.parse(readFileSync(at('out', name, 'audit.json'), 'utf8'));
  const best = found.attacks[found.strongest];
  const area = [best.auc.value, ...best.auc.joint].map((value: number) => value.toFixed(3));
  const fair = found.attacks.filter(
    ({ auc: { interval } }: Figures) => interval[0] <= 0.5 && interval[1] >= 0.5,
  ).length;
  console.log(
    `${name}: ${found.verdict}, ${best.attack} ${best.timestep ?? 'LiRA'}, AUC ${area[0]} (${area[1]} to ${area[2]}); 0.5 within ${fair} of ${found.attacks.length} intervals`,
  );
}

await draw('known', '1');
await draw('others', '100001');
const [known, others] = [at('known', 'images'), at('others', 'images')];
const usual = { preset: 'small', size: '64' };
const untold = Object.entries(usual).filter(([name]) => !options.includes(`--${name}`));
const TRAIN = ['--data', known, '--validation-share', '0', ...untold.flatMap(([name, value]) => [`--${name}`, value])];
if (!existsSync(at('model'))) {
  const begun = existsSync(at('run', 'config.json'));
  await run('train', ...(begun ? ['--resume'] : TRAIN), ...CACHE, '--out', at('run'), ...options);
  await run('export', '--run', at('run'), '--out', at('model'));
}
const AUDIT = ['audit', '--model', at('model'), ...CACHE];

if (kind === 'planted') {
  for (const shadows of ['0', times]) {
    const places = ['--run', at('runs', shadows), '--out', at('out', `planted-${shadows}`)];
    await run(...AUDIT, '--data', known, '--test-data', others, '--shadows', shadows, ...places);
    tell(`planted-${shadows}`);
  }
} else {
  for (let split = 0; split < Number(times); split++) {
    const name = `innocent-${split}`;
    const names = shuffle(namesIn(others), split, 0);
    const halves = [names.slice(0, images / 2), names.slice(images / 2)];
    const [one, two] = halves.map((half, i) => copy(others, at('splits', `${name}-${'ab'[i]}`), half));
    const places = ['--run', at('runs', name), '--out', at('out', name)];
    await run(...AUDIT, '--data', one!, '--test-data', two!, '--other-images', ...places);
    tell(name);
  }
}
