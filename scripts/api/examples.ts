/**
 * The examples that users copy: code of the packages' readmes, and `@example` of what their indices export. Each is compiled,
 * in strict mode, as a file of its own that imports the packages by name.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '../packages/paths.ts';

/** Below the root, from where the examples find the packages. */
const BUILD = join(ROOT, 'build');
const TSC = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
/** The folders whose readmes and sources are looked through. */
const PACKAGES = [
  'scheduler',
  'tracer',
  'runtime-node',
  'server',
  'runtime-web',
  'model-digits',
  'model-hands',
  'base',
  'medical',
  'training',
  'evaluation',
  'phantom',
  'pipeline',
  'onnoise',
];

/** As users have it who write `tsc --init`, in Node and with a browser's types. */
const OPTIONS = {
  target: 'es2023',
  lib: ['es2023', 'dom', 'dom.iterable', 'dom.asynciterable'],
  module: 'nodenext',
  strict: true,
  skipLibCheck: true,
  allowImportingTsExtensions: true,
  noEmit: true,
  types: ['node'],
};

export interface Example {
  /** `pipeline/README.md` */
  file: string;
  /** Line of the file where its code begins, from 1. */
  line: number;
  code: string;
}

/** Code between fences of a text; a comment's stars are left out. */
export function examplesIn(file: string, text: string): Example[] {
  const examples: Example[] = [];
  let code: string[] | undefined;
  let line = 0;
  for (const [at, whole] of text.split('\n').entries()) {
    const bare = file.endsWith('.md') ? whole : whole.replace(/^\s*\* ?/, '');
    if (code !== undefined && bare.startsWith('```')) {
      examples.push({ file, line, code: `${code.join('\n')}\n` });
      code = undefined;
    } else if (code !== undefined) code.push(bare);
    else if (/^```ts\b/.test(bare)) [code, line] = [[], at + 2];
  }
  return examples;
}

export async function collectExamples(): Promise<Example[]> {
  const files: string[] = [];
  for (const folder of PACKAGES) {
    const sources = await readdir(join(ROOT, folder, 'src'), { recursive: true, withFileTypes: true });
    const code = sources.filter((entry) => entry.isFile() && entry.name.endsWith('.ts'));
    files.push(`${folder}/README.md`, ...code.map(({ parentPath, name }) => relative(ROOT, join(parentPath, name))));
  }
  const found = await Promise.all(
    files.map(async (file) => examplesIn(file, await readFile(join(ROOT, file), 'utf8'))),
  );
  return found.flat();
}

/** @returns what tsc says, with the places of the examples; empty if all compile */
export async function compileExamples(examples: readonly Example[]): Promise<string> {
  await mkdir(BUILD, { recursive: true });
  const folder = await mkdtemp(join(BUILD, 'examples-'));
  for (const [i, { code }] of examples.entries()) {
    // Without an import it would share the names of the others.
    await writeFile(join(folder, `${i}.ts`), `${code}export {};\n`);
  }
  const config = join(folder, 'tsconfig.json');
  await writeFile(config, JSON.stringify({ compilerOptions: OPTIONS, include: ['*.ts'] }));
  try {
    await promisify(execFile)(process.execPath, [TSC, '-p', config], { cwd: ROOT });
    return '';
  } catch (error) {
    const said = (error as { stdout: string }).stdout;
    return said.replace(/^build\/examples-\w+\/(\d+)\.ts\((\d+),/gm, (_, i: string, row: string) => {
      const { file, line } = examples[Number(i)]!;
      return `${file}(${line + Number(row) - 1},`;
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
