/**
 * The two gates: `fast`, which is `npm test`, and `full`, which `npm run test:full` runs once what it needs is set up. With arguments,
 * as in `npm test -- test/unit/scheduler`, vitest runs what they name, once. `slowest` shows the times of the last gate.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../repository.ts';
import { LAST, runGate, VITEST } from './gate.ts';
import { slowest } from './verdict.ts';

const say = (line: string) => process.stdout.write(`${line}\n`);

const FAST = ['unit', 'replacing', 'browser'];
const WITHOUT_LONG = ['--tags-filter=!long'];

/** Browsers of the machine and packages of a registry have it for themselves. Both are tested on Linux alone. */
const FULL = [[...FAST, 'tfjs', 'stress'], ...(process.platform === 'linux' ? [['installed'], ['consumers']] : [])];

const [gate, ...args] = process.argv.slice(2);
if (gate === 'slowest') {
  const last = join(ROOT, LAST);
  say(existsSync(last) ? slowest(JSON.parse(readFileSync(last, 'utf8'))).join('\n') : 'No gate has run here: npm test');
} else if (gate === 'full') {
  process.exitCode = await runGate({ root: ROOT, groups: FULL, say });
} else if (args.length > 0) {
  const projects = FAST.map((name) => `--project=${name}`);
  const { status } = spawnSync(process.execPath, [VITEST, 'run', ...projects, ...WITHOUT_LONG, ...args], {
    stdio: 'inherit',
  });
  process.exitCode = status ?? 1;
} else {
  process.exitCode = await runGate({ root: ROOT, groups: [FAST], options: WITHOUT_LONG, say });
}
