/**
 * Makes the golden values again: `npm run golden` for all, `npm run golden -- scheduler train` for some. Each script here
 * writes below test/golden/data. All but `game` need Python 3.11 or later with scripts/golden/requirements.txt.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { basename, delimiter, extname, join } from 'node:path';

const FOLDER = import.meta.dirname;
const SHARED = ['main.ts', 'golden.py'];
const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' });
const scripts = new Map(
  files
    .filter((file) => ['.py', '.ts'].includes(extname(file)) && !SHARED.includes(file))
    .map((file) => [basename(file, extname(file)), join(FOLDER, file)]),
);
const asked = process.argv.slice(2);
for (const name of asked.length > 0 ? asked : scripts.keys()) {
  const file = scripts.get(name);
  if (file === undefined) {
    console.error(
      `Cannot make golden values: the name must be one of ${[...scripts.keys()].join(', ')}, received ${name}.`,
    );
    process.exit(2);
  }
  const [command, ...args] = file.endsWith('.py')
    ? [process.env.PYTHON ?? 'python3']
    : [process.execPath, '--import', 'tsx'];
  console.log(name);
  const env = { ...process.env, PYTHONPATH: `${FOLDER}${delimiter}${process.env.PYTHONPATH ?? ''}` };
  const { status, error } = spawnSync(command!, [...args, file], { stdio: 'inherit', env });
  if (status !== 0) {
    console.error(`Cannot make golden values: ${name} failed${error ? `, ${error.message}` : ''}.`);
    process.exit(1);
  }
}
