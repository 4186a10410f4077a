/**
 * All shadow models of an audit. Each is a folder of its own and has a lock, so several processes with the same command take another one
 * each, and a command that was killed goes on where it was.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { diskFailure, makeFolder, takeLock, withDiskErrors, writeWhole } from '@onnoise/base/files';
import type { ReportProgress } from '@onnoise/base/terminal';
import { formatPath } from '@onnoise/base/text';
import { InputError } from '@onnoise/scheduler/rules';
import { columnsOf } from './attacks.ts';
import { drawHalf } from './halves.ts';
import { keyOf, readScores, writeScores } from './kept-scores.ts';
import type { Shadow } from './lira.ts';
import type { Pool } from './pool.ts';
import type { ScoreOptions } from './scores.ts';
import { type ShadowSettings, scoreByShadow, trainShadow } from './shadow.ts';

interface ShadowsTask {
  /** Folder of the audit. */
  run: string;
  /** How many, an even number. */
  count: number;
  settings: ShadowSettings;
  pool: Pool;
  /** Images of the pool that are scored. */
  numbers: Uint32Array;
  score: ScoreOptions;
  /** Training stops after so many minutes of this call, and what was learnt is kept. */
  minutes?: number | undefined;
}

interface ShadowsHooks {
  stage: <T>(label: string, unit: string, work: (report: ReportProgress) => Promise<T>) => Promise<T>;
  signal: AbortSignal;
}

const PLAN = 'shadows.json';
const WAIT_MS = 1000;

/**
 * The shadows of complete pairs, by their numbers: fewer than asked for where the minutes are over.
 * @throws InputError for a folder with shadows of other images or settings; the signal's reason when it is aborted
 */
export async function runShadows(task: ShadowsTask, { stage, signal }: ShadowsHooks): Promise<Shadow[]> {
  const { run, count, settings, pool, numbers, minutes } = task;
  const { onCall: _, signal: __, ...plan } = task.score;
  await requirePlan(task);
  const over =
    minutes === undefined ? undefined : AbortSignal.timeout(Math.min(Math.ceil(minutes * 60_000), 2 ** 31 - 1));
  const stop = over ? AbortSignal.any([signal, over]) : signal;
  const scores = new Map<number, Float64Array>();
  const halves = Array.from({ length: count }, (_, k) => drawHalf(pool.groups, k, settings.seed));
  const key = (k: number) => keyOf(planOf(task), k, Array.from(numbers), plan);
  const keptAt = (k: number) => join(folderOf(run, k), 'scores.json');
  const read = (k: number) => readScores(keptAt(k), key(k), numbers.length * columnsOf(plan));

  /** Whether it is scored; not, if the minutes are over. */
  async function make(k: number): Promise<boolean> {
    const folder = folderOf(run, k);
    const words = `Shadow ${k + 1} of ${count}`;
    const trained = await stage(`${words} learns`, 'steps', (report) => {
      const onStep = (done: number, total: number) => report({ done, total });
      return trainShadow({ folder, shadow: k, settings, pool, inside: halves[k]!, onStep, signal: stop });
    });
    signal.throwIfAborted();
    if (!trained) return false;
    const made = await stage(`${words} is asked`, 'calls', (report) => {
      const onCall = (done: number, total: number) => report({ done, total });
      return scoreByShadow(folder, pool, numbers, { ...plan, onCall, signal });
    });
    await writeScores(keptAt(k), key(k), made);
    scores.set(k, made);
    return true;
  }

  for (let waiting = true; waiting && !over?.aborted; ) {
    waiting = false;
    for (let k = 0; k < count && !over?.aborted; k++) {
      signal.throwIfAborted();
      if (scores.has(k)) continue;
      const kept = await read(k);
      if (kept) {
        scores.set(k, kept);
        continue;
      }
      const release = await tryLock(run, k);
      if (release === undefined) {
        waiting = true;
        continue;
      }
      try {
        // Another process may have finished it meanwhile.
        const now = await read(k);
        if (now) scores.set(k, now);
        else if (!(await make(k))) waiting = true;
      } finally {
        await release();
      }
    }
    if (waiting && !over?.aborted)
      await pause(WAIT_MS, undefined, { signal: stop }).catch(() => signal.throwIfAborted());
  }
  const whole = Array.from({ length: count }, (_, k) => k).filter((k) => scores.has(k) && scores.has(k ^ 1));
  return whole.map((k) => ({
    scores: scores.get(k)!,
    inside: Uint8Array.from(numbers, (image) => halves[k]![image]!),
  }));
}

const folderOf = (run: string, k: number): string => join(run, `shadow-${k}`);

/** undefined while another process has the shadow. */
async function tryLock(run: string, k: number): Promise<(() => Promise<void>) | undefined> {
  const folder = folderOf(run, k);
  await withDiskErrors(`train a shadow in ${folder}`, () => makeFolder(folder));
  const words = { action: `train a shadow in ${formatPath(folder)}`, doing: 'is training it' };
  return takeLock(join(folder, '.lock'), words).catch((error) => {
    if (error instanceof InputError) return undefined;
    throw error;
  });
}

/** What all shadows of a folder have in common. More of them, and other attacks, change nothing of those that are there. */
const planOf = ({ pool, settings: { base, steps, seed } }: ShadowsTask) => ({
  images: pool.dataset.hash,
  groups: keyOf(Array.from(pool.groups)),
  steps,
  seed,
  settings: keyOf(base.config),
});

async function requirePlan(task: ShadowsTask): Promise<void> {
  const path = join(task.run, PLAN);
  const plan = planOf(task);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw diskFailure(error, `read ${path}`);
  });
  if (text === undefined) return writeWhole(path, `${JSON.stringify(plan, undefined, 2)}\n`);
  const wanted: Record<string, unknown> = plan;
  const found = parse(text);
  const other = Object.keys(wanted).find((name) => found[name] !== wanted[name]);
  if (other === undefined) return;
  const words: Record<string, string> = {
    images: 'images',
    groups: 'images',
    steps: 'steps',
    seed: 'seed',
    settings: 'settings',
  };
  throw new InputError(
    `Cannot go on with the shadows in ${formatPath(task.run)}: --run must be a folder with shadows of the same ${words[other]}, or a new one, received one of other ${words[other]}.`,
  );
}

function parse(text: string): Record<string, unknown> {
  try {
    return (JSON.parse(text) ?? {}) as Record<string, unknown>;
  } catch {
    return {};
  }
}
