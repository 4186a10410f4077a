/** Sets up tfjs-node or tfjs-node-gpu: chooses a route, says what it will do, does it, checks the result. */
import { join } from 'node:path';
import { checkWritable, diskFailure, Failure, withLock } from '@onnoise/base/files';
import { isAbort } from '@onnoise/base/terminal';
import { program } from '@onnoise/base/text';
import { InputError } from '@onnoise/scheduler/rules';
import { packageInstallLine, whyNoGpu } from '@onnoise/training/engines';
import { checkEngine } from './check.ts';
import { isWhole, replacing, sweep, writeInstall } from './link.ts';
import type { Plan, SetupJob } from './route.ts';
import { planNpm } from './route-npm.ts';
import { planPypi } from './route-pypi.ts';
import { type Route, routesFor, type System } from './system.ts';

export interface SetupOptions extends Omit<SetupJob, 'folder' | 'whole'> {
  /** Folder of the npm package; undefined if npm left it out. */
  folder: string | undefined;
  system: System;
  /** undefined: the better one within reach. */
  route: Route | undefined;
  dryRun: boolean;
}

/** @throws InputError for what the user can fix; Failure if the disk is full */
export async function setUp(options: SetupOptions): Promise<void> {
  try {
    await setUpOrThrow(options);
  } catch (error) {
    throw isAbort(error) ? error : explain(options.kind, error);
  }
}

/** Names the file, since the user has named none. */
function explain(kind: string, error: unknown): unknown {
  const { path } = error as NodeJS.ErrnoException;
  const where = path === undefined ? '' : ` at ${path}`;
  return diskFailure(error, `set up ${kind}${where}`, 'free some space and start again');
}

async function setUpOrThrow(options: SetupOptions): Promise<void> {
  const { kind, folder, cache, dryRun } = options;
  const routes = chooseRoutes(options);
  if (folder === undefined) {
    throw new InputError(
      `Cannot set up ${kind}: the npm package @tensorflow/${kind} must be installed, received none. ` +
        `To install it: ${packageInstallLine(kind)}`,
    );
  }
  await checkWritable(
    'the package',
    folder,
    'folder',
    'Install it as the user who sets it up, on a disk that can be written.',
  );
  await checkWritable('the cache', cache, 'folder', 'Give yourself the rights to it, or install elsewhere.');
  const job = async () => ({ ...options, folder, whole: await isWhole(folder, options.installed) });
  if (dryRun) return void (await tellPlan(await job(), routes, options.hooks.say));
  // Two at once would mix up their half-unpacked folders.
  const words = { action: 'set up', doing: 'is setting up' };
  await withLock(join(cache, 'set-up.lock'), words, async () => {
    await sweep(folder, cache);
    const all = await job();
    await carryOut(all, await tellPlan(all, routes, options.hooks.note));
  });
}

type SystemJob = SetupJob & { system: System };

async function tellPlan(job: SystemJob, routes: readonly Route[], tell: (line: string) => void): Promise<Plan> {
  const { route, plan } = await firstPlan(job, routes);
  tell(`Setting up ${job.kind} by route ${route}:`);
  for (const line of plan.lines) tell(`  ${line}`);
  return plan;
}

async function carryOut({ kind, folder, hooks, signal }: SetupJob, plan: Plan): Promise<void> {
  await plan.prepare();
  const installAndCheck = async () => {
    const install = await plan.install();
    hooks.note('Checking a matrix product and the gradients of a convolution against tfjs on the CPU.');
    const result = await checkEngine(kind, folder, install, signal && { signal }).catch((error: Error) => {
      // A set-up whose check was interrupted may be good.
      if (!isAbort(error)) throw error;
      return error;
    });
    await writeInstall(folder, install);
    return { route: install.route, result };
  };
  // A set-up that fails its check is undone, because an earlier one may work.
  const { route, result } = await (plan.changes ? replacing(folder, installAndCheck) : installAndCheck());
  if (result instanceof Error) throw result;
  const { gpu, tensorflow, difference, missing, log } = result;
  hooks.say(`Done: ${kind} computes on the ${gpu ? 'GPU' : 'CPU'}, TensorFlow ${tensorflow},`);
  hooks.say(`  route ${route}, difference ${difference.toExponential(1)}.`);
  if (kind === 'tfjs-node-gpu' && !gpu) hooks.say(`  No GPU is used: ${whyNoGpu(log, missing)}.`);
  const allow = kind === 'tfjs-node-gpu' && !gpu ? ' --allow-cpu' : '';
  hooks.say(`Train on it: npx ${program('train')} --engine ${kind}${allow} ...`);
}

/** The requested route; else the route of the existing set-up; else the system's routes in order. */
function chooseRoutes({ kind, route, system, installed, force }: SetupOptions): Route[] {
  const known = routesFor(kind, system);
  if (route === undefined) {
    return installed && !force && known.includes(installed.route) ? [installed.route] : known;
  }
  if (known.includes(route)) return [route];
  throw new InputError(
    `Cannot set up ${kind}: --route must be ${known.join(' or ')} on ${system.platform}-${system.arch}, received "${route}".`,
  );
}

/** The plan of the first route without an obstacle. */
async function firstPlan(job: SystemJob, routes: readonly Route[]): Promise<{ route: Route; plan: Plan }> {
  const refused: { route: Route; error: InputError | Failure }[] = [];
  for (const route of routes) {
    try {
      const plan = route === 'npm' ? await planNpm(job, job.system) : await planPypi(job);
      for (const past of refused) job.hooks.note(`The route ${past.route} does not work: ${past.error.message}`);
      return { route, plan };
    } catch (error) {
      if (!(error instanceof InputError || error instanceof Failure)) throw error;
      refused.push({ route, error });
    }
  }
  if (new Set(refused.map(({ error }) => error.message)).size === 1) throw refused[0]!.error;
  const reasons = refused.map(({ route, error }) => `Route ${route}: ${error.message}`);
  const sentence = `Cannot set up ${job.kind}, no route works. ${reasons.join(' ')}`;
  throw refused.every(({ error }) => error instanceof Failure) ? new Failure(sentence) : new InputError(sentence);
}
