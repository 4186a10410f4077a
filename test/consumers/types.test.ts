/**
 * The declarations in a stranger's strict project, libraries checked too (skipLibCheck: false), with this repository's TypeScript
 * and with the last one before it that many use.
 */
import { join } from 'node:path';
import { beforeAll, expect, inject, it } from 'vitest';
import { useProject } from '#test/consumers/project.ts';
import { ROOT } from '#test/repository.ts';

const PACKAGES = ['onnoise', '@onnoise/server', '@onnoise/runtime-web', '@types/node'];
const project = useProject(PACKAGES, ['typescript', 'compiler']);
beforeAll(async () => {
  // package-lock.json has other versions of it.
  const args = ['install', '--registry', inject('consumers').upstream, 'typescript@5.9'];
  await project().run('npm', args, { cwd: 'compiler' });
});

const tscOf = (compiler: Compiler) =>
  join(
    compiler === 'TypeScript 7' ? ROOT : join(project().folder, 'compiler'),
    'node_modules',
    'typescript',
    'bin',
    'tsc',
  );
type Compiler = 'TypeScript 7' | 'TypeScript 5.9';

const MODULES = { nodenext: 'nodenext', bundler: 'esnext' };

/** What tsc says of files of the project, one line an error. */
async function errorsOf(
  compiler: Compiler,
  moduleResolution: keyof typeof MODULES,
  files: string[],
  { lib, types }: { lib: string; types: string },
): Promise<string[]> {
  const options = {
    strict: true,
    skipLibCheck: false,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noEmit: true,
    target: 'es2022',
    module: MODULES[moduleResolution],
    moduleResolution,
    lib,
    types,
  };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const node = [tscOf(compiler), ...args, ...files];
  const { code, stdout } = await project().attempt(process.execPath, node, { cwd: 'typescript' });
  const errors = stdout.split('\n').filter((line) => /error TS\d+/.test(line));
  expect(code === 0, stdout).toBe(errors.length === 0);
  return errors;
}

const NODE = { lib: 'es2023', types: 'node' };
const PAGE = { lib: 'es2023,dom,dom.iterable,dom.asynciterable', types: 'null' };

it.each([
  ['TypeScript 7', 'nodenext', ['sampling.ts', 'serving.ts', 'commonjs.cts'], NODE],
  ['TypeScript 7', 'bundler', ['sampling.ts', 'serving.ts'], NODE],
  ['TypeScript 5.9', 'nodenext', ['sampling.ts', 'serving.ts'], NODE],
  ['TypeScript 7', 'nodenext', ['page.ts'], PAGE],
  ['TypeScript 7', 'bundler', ['page.ts'], PAGE],
  ['TypeScript 5.9', 'bundler', ['page.ts'], PAGE],
] as const)('%s under %s compiles %j', async (tsc, resolution, files, environment) => {
  expect(await errorsOf(tsc, resolution, [...files], environment)).toEqual([]);
});

/** Files whose own declarations do not compile: tfjs declares no `Long`, and its WebGPU types are not those of lib.dom. */
const FAULTY = /^[^(]*(?:@tensorflow|@webgpu|lib\.dom)/;

it.each(['nodenext', 'bundler'] as const)(
  'under %s what reaches the types of tfjs has no faults but those of tfjs',
  async (resolution) => {
    const files = ['training.ts', 'tracing.ts'];
    const errors = await errorsOf('TypeScript 7', resolution, files, { ...PAGE, types: 'node' });
    expect(errors.filter((line) => !FAULTY.test(line))).toEqual([]);
  },
);
