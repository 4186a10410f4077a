/**
 * Speed beside PyTorch, as ratios from turns of both sides:
 *
 *     npm run bench                            # all tasks
 *     npm run bench -- train-small growth      # some
 *     npm run bench -- --rounds 11             # rounds of each side
 *
 * docs/benchmarks.md has the results, and says how they are measured.
 */
import { cpus } from 'node:os';
import { exitCodeOf } from '#base/terminal/errors.ts';
import { plural } from '#base/text/format.ts';
import { probeNative } from '#training/engines/native/probe.ts';
import { HELP, type Options, readOptions } from './options.ts';
import { type OurEngine, ourSides } from './ours.ts';
import { MOST_OTHERS, percent, requireQuiet } from './quiet.ts';
import { HEAD, rowsOf } from './result.ts';
import type { Side } from './side.ts';
import { type Task, tasks } from './tasks.ts';
import { startTorch, type TorchSide } from './torch-side.ts';
import { lineOfTurns, takeTurns } from './turns.ts';
import { nameOf } from './variants.ts';

const say = (line: string) => process.stderr.write(`${line}\n`);

process.once('uncaughtException', (error) => process.exit(exitCodeOf(error)));
const asked = readOptions(process.argv.slice(2));
if (asked === undefined) process.stdout.write(HELP);
else await bench(asked);

async function bench(options: Options): Promise<void> {
  if (!options.busy) await requireQuiet();
  const engines = await ourEngines();
  const started = await startTorch();
  const torch = 'missing' in started ? undefined : started;
  if ('missing' in started) say(`Only our side: ${started.missing}.`);
  try {
    console.log(
      `${cpus()[0]?.model.trim()}, ${cpus().length} cores, Node ${process.version}, ${torch?.about ?? 'no PyTorch'}; ` +
        `${plural(options.rounds, 'round')}, medians and quartiles\n`,
    );
    console.log(HEAD.join('\n'));
    const notes: string[] = [];
    const chosen = tasks.filter(({ name }) => options.tasks.includes(name));
    for (const task of chosen) notes.push(...(await measure(task, options, engines, torch)));
    notes.push(
      `Peak memory of our process over all tasks: ${(process.resourceUsage().maxRSS / 2 ** 20).toFixed(2)} GiB.`,
    );
    console.log(`\n${notes.join('\n')}`);
  } finally {
    torch?.stop();
  }
}

/** Prints the rows of a task. @returns what is to be said of it below the table. */
async function measure(
  task: Task,
  { rounds, against }: Options,
  engines: readonly OurEngine[],
  torch: TorchSide | undefined,
): Promise<string[]> {
  const notes: string[] = [];
  const theirs: Side[] = [];
  for (const way of torch ? task.against.filter((name) => against?.includes(name) ?? true) : []) {
    const name = nameOf(way, task.work.do === 'training');
    say(`${task.name}: preparing ${name}`);
    const side = await torch!.open(task.work, way);
    if ('refused' in side) notes.push(`${task.name}, ${name}: it does not run here (${side.refused}).`);
    else theirs.push(side);
  }
  const sides = [...(await ourSides(task.work, engines)), ...theirs];
  const { times, others } = await takeTurns(sides, rounds, lineOfTurns(task.name));
  console.log(rowsOf(task, sides, times).join('\n'));
  if (others > MOST_OTHERS) {
    notes.push(
      `${task.name}: other programs used ${percent(others)} of the processor in the pauses. Measure it again.`,
    );
  }
  for (const side of sides) await side.dispose();
  await torch?.close();
  return notes;
}

async function ourEngines(): Promise<OurEngine[]> {
  const native = await probeNative('tfjs-node');
  if (native.available) return ['onnxruntime', 'tfjs-node'];
  say(`No rows of tfjs-node: ${native.reason} (${native.enable}).`);
  return ['onnxruntime'];
}
