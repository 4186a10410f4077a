/**
 * Speed beside PyTorch, as ratios from interleaved runs:
 *
 *     npm run bench                     # all tasks
 *     npm run bench -- train-small      # some
 *     npm run bench -- --rounds 11      # rounds of each side (default 7), after 2 that are not counted
 *
 * The two sides take turns, round by round, so that both see the same machine; medians are compared. Where python3 has no
 * torch only our side is measured. PYTHON names another Python.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { cpus } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Task, tasks } from './tasks.ts';

const WARM_UP = 2;

const { values, positionals } = parseArgs({
  options: { rounds: { type: 'string', default: '7' } },
  allowPositionals: true,
});
const chosen = tasks.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
if (chosen.length === 0) throw new Error(`Tasks are ${tasks.map(({ name }) => name).join(', ')}.`);

const torch = await startTorch();
console.log(
  `${cpus()[0]?.model.trim()}, ${cpus().length} cores, Node ${process.version}, PyTorch ${torch?.version ?? 'not found'}`,
);
console.log(
  '\n| task | ours, ms an image | PyTorch, ms an image | ours is as fast as PyTorch, times |\n|---|---|---|---|',
);
for (const task of chosen) {
  const { ours, theirs } = await measure(task, Number(values.rounds));
  const perImage = (times: readonly number[]) => (median(times) / task.images).toFixed(2);
  const ratio = theirs.length > 0 ? (median(theirs) / median(ours)).toFixed(2) : '-';
  console.log(`| ${task.title} | ${perImage(ours)} | ${theirs.length > 0 ? perImage(theirs) : '-'} | ${ratio} |`);
}
console.log(`\nPeak memory of this process: ${(process.resourceUsage().maxRSS / 2 ** 20).toFixed(2)} GiB.`);
torch?.stop();

async function measure(task: Task, rounds: number) {
  const prepared = await task.prepare();
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = -WARM_UP; round < rounds; round++) {
    const began = performance.now();
    await prepared.round();
    const took = performance.now() - began;
    const other = await torch?.round(task.name);
    if (round < 0) continue;
    ours.push(took);
    if (other !== undefined) theirs.push(other);
  }
  await prepared.dispose();
  return { ours, theirs };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1]!;
}

/** The other side, waiting; undefined where there is no torch. */
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
