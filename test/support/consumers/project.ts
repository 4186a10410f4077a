/**
 * Projects that install our packages as users do: copies of folders of test/consumers/projects in a temporary folder, where no
 * link leads back to this repository.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, onTestFinished } from 'vitest';
import { ROOT } from '../repository.ts';

export interface Result {
  code: number;
  stdout: string;
  stderr: string;
}

export interface Project {
  folder: string;
  /** The environment of its programs. */
  env: Record<string, string>;
  /** Runs a program in the project. Rejects with all that it wrote if it fails. */
  run: (program: string, args?: readonly string[], options?: RunOptions) => Promise<Result>;
  /** The same, but resolves with the exit code. */
  attempt: (program: string, args?: readonly string[], options?: RunOptions) => Promise<Result>;
  /** Starts a server for the test, until it ends, and gives the address that it prints. */
  serve: (program: string, args?: readonly string[], options?: RunOptions) => Promise<string>;
}

export interface RunOptions {
  /** Inside the project. Default: its root. */
  cwd?: string;
  env?: Record<string, string>;
}

const PROJECTS = join(ROOT, 'test', 'consumers', 'projects');
const ONLY_REGISTRY = join(ROOT, 'test', 'support', 'consumers', 'only-registry.cjs');

/** For `env`: programs reach the registry and nothing else. */
export function onlyRegistry(): Record<string, string> {
  const { upstream } = inject('consumers');
  return { NODE_OPTIONS: `--require=${JSON.stringify(ONLY_REGISTRY)}`, REACHABLE_HOSTS: new URL(upstream).hostname };
}

/**
 * A project for the tests of a file, or of a suite: called beside its tests, and inside them for the project.
 *
 * @param packages that npm installs first; none leaves it empty
 * @param folders of `projects` that are copied into it, side by side
 * @param cwd the folder in which npm installs. Default: the project's root.
 */
export function useProject(packages: readonly string[], folders: readonly string[] = [], cwd = '.'): () => Project {
  let project: Project | undefined;
  beforeAll(async () => {
    project = await createProject(folders);
    if (packages.length > 0) await project.run('npm', ['install', ...packages], { cwd, env: WITHOUT_CUDA });
  });
  afterAll(() => project && rm(project.folder, { recursive: true, force: true, maxRetries: 3 }));
  return () => project!;
}

/** A whole line of it, lest it be read before its end has come. */
const ADDRESS = /http:\/\/[\w.]+:\d+(?=\/?\s)/;

/** onnxruntime-node then leaves out a download that is not from npm. */
const WITHOUT_CUDA = { ONNXRUNTIME_NODE_INSTALL: 'skip' };

async function createProject(folders: readonly string[]): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), 'onnoise-consumer-'));
  await writeFile(join(folder, 'package.json'), '{ "private": true }\n');
  for (const name of folders) await cp(join(PROJECTS, name), join(folder, name), { recursive: true });
  const env = await environment(folder);

  const attempt: Project['attempt'] = (program, args = [], options = {}) =>
    new Promise((resolve) => {
      const settings = {
        cwd: join(folder, options.cwd ?? '.'),
        env: { ...env, ...options.env },
        maxBuffer: 2 ** 26,
        shell: process.platform === 'win32' && /^np[mx]$/.test(program), // there they are scripts
      };
      execFile(program, args, settings, (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr }),
      );
    });
  const run: Project['run'] = async (program, args = [], options = {}) => {
    const result = await attempt(program, args, options);
    if (result.code === 0) return result;
    throw new Error(`${program} ${args.join(' ')} ended with ${result.code}:\n${result.stdout}${result.stderr}`);
  };
  const serve: Project['serve'] = async (program, args = [], options = {}) => {
    const settings = { cwd: join(folder, options.cwd ?? '.'), env: { ...env, NO_COLOR: '1', ...options.env } };
    const server: ChildProcess = spawn(program, args, settings);
    onTestFinished(() => void server.kill());
    let said = '';
    for (const stream of [server.stdout!, server.stderr!])
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
    await expect.poll(() => said, { timeout: 120_000 }).toMatch(ADDRESS);
    return ADDRESS.exec(said)![0].replace(/(?<=\/)(0\.0\.0\.0|127\.0\.0\.1)/, 'localhost');
  };
  return { folder, env, run, attempt, serve };
}

/**
 * The user's environment without what npm and vitest add to it. npm takes downloads from the user's cache, but keeps what npx
 * installs inside the project, since a stale package of an earlier run has the same name and version.
 */
async function environment(folder: string): Promise<Record<string, string>> {
  const { registry, cache } = inject('consumers');
  const own = join(folder, '.npm');
  await mkdir(own);
  await mkdir(join(cache, '_cacache'), { recursive: true });
  await symlink(join(cache, '_cacache'), join(own, '_cacache'), 'junction');
  const ADDED = /^(npm_|VITEST|NODE_ENV$|NODE_OPTIONS$|INIT_CWD$)/;
  const theirs = Object.entries(process.env as Record<string, string>).filter(([name]) => !ADDED.test(name));
  return {
    ...Object.fromEntries(theirs),
    npm_config_registry: registry,
    npm_config_cache: own,
    npm_config_prefix: join(folder, '.global'),
    npm_config_audit: 'false',
    npm_config_fund: 'false',
    npm_config_yes: 'true',
    npm_config_update_notifier: 'false',
    npm_config_engine_strict: 'true',
  };
}
