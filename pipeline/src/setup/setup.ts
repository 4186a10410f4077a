/** Sets up tfjs-node or tfjs-node-gpu: says what it will do, does it, checks the result. */
import { join } from 'node:path';
import { checkWritable, diskFailure, withLock } from '@onnoise/base/files';
import { isAbort } from '@onnoise/base/terminal';
import { program } from '@onnoise/base/text';
import { InputError } from '@onnoise/scheduler/rules';
import { packageInstallLine, whyNoGpu } from '@onnoise/training/engines';
import { checkEngine } from './check.ts';
import { isWhole, replacing, sweep, writeInstall } from './link.ts';
import { type Plan, planSetup, type SetupJob } from './plan.ts';
import { requireSystem, type System } from './system.ts';

export interface SetupOptions extends Omit<SetupJob, 'folder' | 'whole'> {
  /** Folder of the npm package; undefined if npm left it out. */
  folder: string | undefined;
  system: System;
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
  const { kind, folder, cache, dryRun, system } = options;
  requireSystem(kind, system);
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
  if (dryRun) return void (await tellPlan(await job(), options.hooks.say));
  // Two at once would mix up their half-unpacked folders.
  const words = { action: 'set up', doing: 'is setting up' };
  await withLock(join(cache, 'set-up.lock'), words, async () => {
    await sweep(folder, cache);
    const all = await job();
    await carryOut(all, await tellPlan(all, options.hooks.note));
  });
}

async function tellPlan(job: SetupJob, tell: (line: string) => void): Promise<Plan> {
  const plan = await planSetup(job);
  tell(`Setting up ${job.kind}:`);
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
    return result;
  };
  // A set-up that fails its check is undone, because an earlier one may work.
  const result = await (plan.changes ? replacing(folder, installAndCheck) : installAndCheck());
  if (result instanceof Error) throw result;
  const { gpu, tensorflow, difference, missing, log } = result;
  hooks.say(`Done: ${kind} computes on the ${gpu ? 'GPU' : 'CPU'}, TensorFlow ${tensorflow},`);
  hooks.say(`  difference ${difference.toExponential(1)}.`);
  if (kind === 'tfjs-node-gpu' && !gpu) hooks.say(`  No GPU is used: ${whyNoGpu(log, missing)}.`);
  const allow = kind === 'tfjs-node-gpu' && !gpu ? ' --allow-cpu' : '';
  hooks.say(`Train on it: npx ${program('train')} --engine ${kind}${allow} ...`);
}
