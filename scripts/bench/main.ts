/**
 * Speed beside PyTorch, as ratios from interleaved runs:
 *
 *     npm run bench                     # all tasks
 *     npm run bench -- train-small      # some
 *     npm run bench -- --rounds 11      # rounds of each side (default 7), after 2 warm-ups
 *
 * Our engines and PyTorch take turns, round by round, so that all see the same machine; the table compares medians.
 * Without torch in python3 it measures only ours. PYTHON names another Python.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { cpus } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { probeNative } from '../../pipeline/src/train/engines/native/probe.ts';
import { type Prepared, type Task, tasks } from './tasks.ts';

const WARM_UP = 2;

const { values, positionals } = parseArgs({
  options: { rounds: { type: 'string', default: '7' } },
  allowPositionals: true,
});
const chosen = tasks.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
if (chosen.length === 0) throw new Error(`Tasks are ${tasks.map(({ name }) => name).join(', ')}.`);

const native = await probeNative('tfjs-node');
/** Our engines that are not set up. */
const MISSING = new Set(native.available ? [] : ['tfjs-node']);
if (!native.available) console.log(`No rows of tfjs-node: ${native.reason} (${native.enable}).`);
const torch = await startTorch();
console.log(
  `${cpus()[0]?.model.trim()}, ${cpus().length} cores, Node ${process.version}, PyTorch ${torch?.version ?? 'not found'}`,
);
console.log(
  '\n| task | engine | ours, ms an image | PyTorch, ms an image | ours is as fast as PyTorch, times |\n|---|---|---|---|---|',
);
for (const task of chosen) {
  const { ours, theirs } = await measure(task, Number(values.rounds));
  const perImage = (times: readonly number[]) => (times.length > 0 ? (median(times) / task.images).toFixed(2) : '-');
  for (const [side, times] of ours) {
    const ratio = theirs.length > 0 ? (median(theirs) / median(times)).toFixed(2) : '-';
    console.log(`| ${task.title} | ${side} | ${perImage(times)} | ${perImage(theirs)} | ${ratio} |`);
  }
}
console.log(`\nPeak memory of this process: ${(process.resourceUsage().maxRSS / 2 ** 20).toFixed(2)} GiB.`);
torch?.stop();

async function measure(task: Task, rounds: number) {
  const prepared: [string, Prepared][] = [];
  for (const [side, prepare] of Object.entries(task.sides)) {
    if (!MISSING.has(side)) prepared.push([side, await prepare()]);
  }
  const ours = new Map(prepared.map(([side]): [string, number[]] => [side, []]));
  const theirs: number[] = [];
  for (let round = -WARM_UP; round < rounds; round++) {
    for (const [side, { round: work }] of prepared) {
      const began = performance.now();
      await work();
      if (round >= 0) ours.get(side)!.push(performance.now() - began);
    }
    const other = await torch?.round(task.name);
    if (round >= 0 && other !== undefined) theirs.push(other);
  }
  for (const [, { dispose }] of prepared) await dispose();
  return { ours, theirs };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1]!;
}

/** Starts the other side, which waits for tasks; undefined without torch. */
async function startTorch() {
  const script = fileURLToPath(new URL('./torch_side.py', import.meta.url));
  const child: ChildProcess = spawn(process.env.PYTHON ?? 'python3', [script], { stdio: ['pipe', 'pipe', 'ignore'] });
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  const failed = new Promise<undefined>((resolve) => child.once('error', () => resolve(undefined)));
  const first = await Promise.race([lines.next(), failed]);
  if (!first || first.done) return undefined;
  return {
    version: String(JSON.parse(first.value).torch),
    async round(task: string): Promise<number> {
      child.stdin!.write(`${JSON.stringify({ task })}\n`);
      const answer = await lines.next();
      if (answer.done) throw new Error(`PyTorch stopped during ${task}.`);
      return JSON.parse(answer.value).ms;
    },
    stop: () => child.kill(),
  };
}
