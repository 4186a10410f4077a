/**
 * Runs some of tfjs' own tests and prints what became of them: `npx tsx test/tfjs/some.ts resize` runs those whose names match
 * the regular expression. The ways of storing are those of run.ts.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from './bundle.ts';
import { formatRefused, sortOutcomes } from './outcomes.ts';

const [only = '', ...options] = process.argv.slice(2);
// Below the packages that the bundle leaves outside.
const folder = mkdtempSync(fileURLToPath(new URL('../../node_modules/.tfjs-', import.meta.url)));
try {
  const program = join(folder, 'run.cjs');
  const file = join(folder, 'results.json');
  await bundle(program);
  spawnSync(process.execPath, [program, file, `--only=${only}`, ...options], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const outcomes = sortOutcomes(JSON.parse(readFileSync(file, 'utf8')).results);
  for (const [name, message] of outcomes.wrong) process.stdout.write(`wrong: ${name}\n${message}\n\n`);
  process.stdout.write(`${formatRefused(outcomes)}\n`);
  const refused = [...outcomes.refused.values()].flat().length;
  process.stdout.write(`${outcomes.passed.length} passed, ${refused} refused, ${outcomes.wrong.size} wrong\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
