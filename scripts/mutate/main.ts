/**
 * What the tests hold: the share of seeded random mutants that the nearest tests catch. `npm run mutate -- --help`.
 *
 * A mutant is a line with one operator or constant changed, but in what is seen to be a type, an import, a text or an error. It is
 * named by its line's text, so that the same one is found in another commit; a line that its file has twice has none.
 */
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const HELP = `npm run mutate [-- options]   the share of mutants of the source that the nearest 12 test files catch

  --n <number>       How many mutants; default 200
  --seed <number>    Which; default 0
  --package <name>   Of this package alone, or of a folder in it, as tracer/src/passes; may be given more than once
  --commit <name>    The commit that is tested, in a folder of its own; default HEAD
  --like <file>      The mutants of that result, and the shares of both. What is no longer in the source is left out
  --out <file>       The result, written after each mutant; default out/mutation.json
`;
const PACKAGES = 'base scheduler tracer training medical evaluation phantom runtime-node runtime-web server pipeline';
const OPERATORS = new Map(
  Object.entries({ '<': '<=', '>': '>=', '+': '-', '*': '/', '+=': '-=', '&&': '||', '===': '!==', true: 'false' }),
);
for (const [from, to] of [...OPERATORS, ['*=', '/='] as const]) OPERATORS.set(from, to).set(to, from);
/** Operators between spaces that no text is beside, numbers that are no type's, and truths; and a line's condition. */
const CHANGED =
  /(?<=[^'] )(?:[<>]=?|[-+*/]=?|&&|\|\||[!=]==)(?= [^'])|(?<![\w.]|\| )\d+(?:\.\d+)?(?![\w.]| \|)|\b(?:true|false)\b/g;
const CONDITION = /^(.*\bif )\((.*)\)( \{| return.*;| continue;| break;|)$/;
const OUTSIDE = /^\s*(?:\/?\*|\/\/|import|export \{|(?:export )?(?:type|interface) |readonly |throw )|\bthrow |Error\(/;
const TEXT = /'[^']*'|`[^`]*`|"[^"]*"/g;
const MOST = 12;
/** Tests that take so long are caught: a loop without an end. */
const LONGEST = 900_000;
const PROJECTS = ['unit', 'replacing', 'tfjs'].flatMap((name) => ['--project', name]);

const text = (value: string) => ({ type: 'string', default: value }) as const;
const { values } = parseArgs({
  options: {
    seed: text('0'),
    n: text('200'),
    package: { type: 'string', multiple: true, default: PACKAGES.split(' ') },
    commit: text('HEAD'),
    out: text('out/mutation.json'),
    like: { type: 'string' },
    help: { type: 'boolean' },
  },
});

interface Mutant {
  file: string;
  line: string;
  changed: string;
  /** The first test that failed, '' where none did. Undefined: not tried, or the line is gone. */
  by?: string | undefined;
}

const ROOT = join(import.meta.dirname, '..', '..');
const tree = join(mkdtempSync(join(realpathSync(tmpdir()), 'onnoise-mutate-')), 'tree');
const read = (file: string) => readFileSync(join(tree, file), 'utf8');
const list = (command: string, ...args: string[]) =>
  execFileSync(command, args, { cwd: tree, encoding: 'utf8', maxBuffer: 2 ** 26 })
    .trim()
    .split('\n');

/** The commit in a folder of its own, with the installed packages: ours lead to its own files. */
function makeTree(): void {
  execFileSync('git', ['worktree', 'add', '--detach', tree, values.commit], { cwd: ROOT, stdio: 'ignore' });
  mkdirSync(join(tree, 'node_modules'));
  for (const entry of readdirSync(join(ROOT, 'node_modules'), { withFileTypes: true })) {
    const [from, to] = [join(ROOT, 'node_modules', entry.name), join(tree, 'node_modules', entry.name)];
    if (entry.isSymbolicLink() || entry.name === '.bin' || entry.name === '@onnoise')
      cpSync(from, to, { recursive: true, verbatimSymlinks: true });
    else if (!entry.name.startsWith('.')) symlinkSync(from, to);
  }
}

/** The first `n` of all mutants in the order of a hash with the seed: of a larger n, they are the first. */
function choose(): Mutant[] {
  const folders = values.package.map((name) => (name.includes('/') ? name : `${name}/src`));
  const files = list('git', 'ls-files', ...folders.map((folder) => `${folder}/*.ts`));
  const placed = files.flatMap(mutantsOf).map((mutant) => ({
    mutant,
    place: createHash('sha1')
      .update(JSON.stringify([values.seed, mutant]))
      .digest('hex'),
  }));
  placed.sort((a, b) => (a.place < b.place ? -1 : 1));
  return placed.slice(0, Number(values.n)).map(({ mutant }) => mutant);
}

function mutantsOf(file: string): Mutant[] {
  const all = read(file);
  return all.split('\n').flatMap((line) => {
    if (OUTSIDE.test(line) || !parts(all, line)) return [];
    const code = line.replace(/ \/\/ .*/, '').replaceAll(TEXT, (found) => "'".repeat(found.length));
    const changes = [...code.matchAll(CHANGED)].map(({ 0: from, index }) => {
      const to = OPERATORS.get(from) ?? (from === '1' ? '0' : String(Number(from) + 1));
      return line.slice(0, index) + to + line.slice(index + from.length);
    });
    const opposite = line.replace(CONDITION, '$1(!($2))$3');
    return [...changes, ...(opposite === line ? [] : [opposite])].map((changed) => ({ file, line, changed }));
  });
}

/** The text before and after a line, undefined unless it is there once. */
function parts(all: string, line: string): string[] | undefined {
  const around = all.split(`\n${line}\n`);
  return around.length === 2 ? around : undefined;
}

/** Who imports a file, as Node resolves names. `new URL('path', ...)` counts: most other processes start so. */
function importersOf(files: readonly string[]): Map<string, string[]> {
  const importers = new Map<string, string[]>();
  for (const file of files) {
    const from = createRequire(join(tree, file));
    for (const [, how, name] of read(file).matchAll(/\b(from|import|new URL)\s*\(?\s*'([.#@][^']+)'/g)) {
      try {
        const target = relative(tree, from.resolve(how === 'new URL' ? `./${name}` : name!));
        importers.set(target, [...(importers.get(target) ?? []), file]);
      } catch {} // a name in a comment, or of what is not installed
    }
  }
  return importers;
}

function nearestTo(file: string, importers: Map<string, string[]>, tests: ReadonlySet<string>): string[] {
  const seen = new Set([file]);
  const found: string[] = [];
  for (let ring = [file]; ring.length > 0 && found.length < MOST; ) {
    ring = [...new Set(ring.flatMap((at) => importers.get(at) ?? []))].filter((at) => !seen.has(at)).sort();
    for (const at of ring) seen.add(at);
    found.push(...ring.filter((at) => tests.has(at)));
  }
  return found.slice(0, MOST);
}

/** The first failure of these tests, '' for none. */
function failureOf(tests: readonly string[]): Promise<string> {
  const args = ['vitest', 'run', ...PROJECTS, '--tags-filter', '!long', '--bail', '1', '--maxWorkers', '1'];
  const env = { ...process.env, NO_COLOR: '1', TMPDIR: dirname(tree) };
  const child = spawn('npx', [...args, ...tests], {
    cwd: tree,
    detached: true,
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const limit = setTimeout(() => process.kill(-child.pid!, 'SIGKILL'), LONGEST); // its workers with it
  let said = '';
  child.stderr.on('data', (part) => {
    said += part;
  });
  return new Promise((ended) =>
    child.once('close', (code) => {
      clearTimeout(limit);
      ended(code === 0 ? '' : (/FAIL\s+(.*)/.exec(said)?.[1] ?? 'the tests stop'));
    }),
  );
}

const described = ({ file, line, changed }: Mutant) => `${file}\n  - ${line.trim()}\n  + ${changed.trim()}`;

/** Shares by package, beside those of the other result for the mutants that both have tried. */
function report(mutants: readonly Mutant[], like: readonly Mutant[]): string {
  const tried = mutants.filter(({ by }, at) => by !== undefined && (like[at] ?? { by }).by !== undefined);
  const before = like.filter((_, at) => tried.includes(mutants[at]!));
  const share = (all: readonly Mutant[], name: string) => {
    const own = all.filter(({ file }) => file.startsWith(name));
    return `${own.filter(({ by }) => by).length} of ${own.length}`;
  };
  const names = [...new Set(tried.map(({ file }) => `${file.split('/')[0]}/`)), ''].sort();
  const rows = names.map((name) => [
    name || 'all',
    share(tried, name),
    like.length > 0 ? `before: ${share(before, name)}` : '',
  ]);
  const survivors = tried.filter(({ by }) => by === '').map(described);
  return [...rows.map((row) => row.join('  ')), '', 'Survivors', ...survivors].join('\n');
}

async function run(): Promise<void> {
  let isStopped = false;
  process.once('SIGINT', () => {
    isStopped = true; // after this mutant
  });
  makeTree();
  try {
    const like: Mutant[] = values.like === undefined ? [] : JSON.parse(readFileSync(values.like, 'utf8'));
    const mutants = like.length > 0 ? like.map(({ by, ...mutant }): Mutant => mutant) : choose();
    const importers = importersOf(list('git', 'ls-files', '*.ts'));
    const tests = new Set(
      list('npx', 'vitest', 'list', '--filesOnly', ...PROJECTS).map((row) => row.replace(/^\[\w+\] /, '')),
    );
    for (const mutant of mutants) {
      const { file, line, changed } = mutant;
      const original = existsSync(join(tree, file)) ? read(file) : '';
      const around = parts(original, line);
      if (isStopped || !around) continue;
      writeFileSync(join(tree, file), around.join(`\n${changed}\n`));
      const nearest = nearestTo(file, importers, tests);
      mutant.by = nearest.length > 0 ? await failureOf(nearest) : '';
      writeFileSync(join(tree, file), original);
      console.log(`${mutant.by ? 'caught' : 'survived'}: ${described(mutant)}\n    ${mutant.by}`);
      const out = resolve(values.out);
      mkdirSync(dirname(out), { recursive: true });
      writeFileSync(out, `${JSON.stringify(mutants, undefined, 1)}\n`);
    }
    console.log(report(mutants, like));
  } finally {
    execFileSync('git', ['worktree', 'remove', '--force', tree], { cwd: ROOT });
    rmSync(dirname(tree), { recursive: true, force: true });
  }
}

if (values.help) console.log(HELP);
else await run();
