/**
 * Seconds for a picture and pictures a second of a student of few calls, beside its teacher and diffusers on the same
 * processor, where users meet them: in Node, from the server, on a page.
 *
 *     PYTHON=.cache/golden/bin/python npm run bench:few
 *     npm run bench:few -- --teacher models/hands --student models/hands-4 --student models/hands-1 --json few.json
 *
 * Every model draws as it does where nobody asks for more; diffusers draws the teacher's pictures in 50 steps of DDIM.
 * All take turns, round by round in another order, and ratios are of the same round.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkWritable, writeWhole } from '#base/files/output.ts';
import { plural } from '#base/text/format.ts';
import { ownOptions } from '../parse.ts';
import { MOST_OTHERS, percent, requireQuiet } from '../quiet.ts';
import { lineOfTurns, takeTurns } from '../turns.ts';
import { openDiffusers } from './diffusers-side.ts';
import { type Drawers, readDrawers } from './drawers.ts';
import { openNode } from './node-side.ts';
import { HELP, type Options, readOptions } from './options.ts';
import { openPage } from './page-side.ts';
import type { Opened, Setting } from './piece.ts';
import { openServer } from './server-side.ts';
import { rowsOf, tableOf } from './table.ts';

const say = (line: string) => process.stderr.write(`${line}\n`);

await bench(ownOptions(readOptions, HELP));

async function bench(options: Options): Promise<void> {
  const drawers = await readDrawers(options.teacher, options.students);
  if (options.json !== undefined) await checkWritable('--json', options.json, 'file');
  if (!options.busy) await requireQuiet();
  const folder = await mkdtemp(join(tmpdir(), 'bench-few-'));
  const opened: Opened[] = [];
  try {
    await open(drawers, { ...options, folder }, opened);
    await measure(drawers, options, opened);
  } finally {
    for (const { stop } of opened) await stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Opens all places one after the other. The page is first: it looks how many threads pay. */
async function open(drawers: Drawers, setting: Setting, opened: Opened[]): Promise<void> {
  for (const [what, place] of Object.entries({ page: openPage, server: openServer, Node: openNode })) {
    say(`Preparing: ${what}`);
    opened.unshift(await place(drawers, setting));
  }
  say('Preparing: diffusers');
  const theirs = await openDiffusers(drawers, setting);
  if ('missing' in theirs) say(`No rows of diffusers: ${theirs.missing}.`);
  else opened.push(theirs);
}

async function measure(
  { teacher, all }: Drawers,
  { rounds, pictures, clients, json }: Options,
  opened: readonly Opened[],
): Promise<void> {
  // What is compared stands side by side.
  const pieces = opened.flatMap((place) => place.pieces).toSorted((a, b) => a.pictures - b.pictures);
  const { times, others } = await takeTurns(pieces, rounds, lineOfTurns('measuring'), { rotating: true });
  const rows = rowsOf(
    pieces.map(({ round: _, ...piece }, number) => ({
      ...piece,
      ms: times[number]!.map((ms) => ms / piece.pictures),
    })),
    teacher.name,
  );
  const about = opened.flatMap((place) => place.about ?? []);
  const machine = [`${cpus()[0]?.model.trim()}`, `${cpus().length} cores`, `Node ${process.version}`, ...about];
  const drawn = [...all.map(({ name, way }) => `${name}: ${way}`), ...opened.flatMap(({ way }) => way ?? [])];
  const many = `Many at once: ${pictures} in a call, and from the server ${clients} clients that each ask for one at a time`;
  console.log(`${machine.join('; ')}; medians of ${plural(rounds, 'round')}\n`);
  console.log(`${tableOf(rows)}\n\n${drawn.join('; ')}. ${many}.`);
  console.log(`Other programs used ${percent(others)} of the processor in the pauses.`);
  if (others > MOST_OTHERS) console.log('That is too much: measure it again.');
  if (json !== undefined) {
    const written = { machine, drawn, rounds, pictures, clients, others, date: new Date().toISOString(), rows };
    await writeWhole(json, `${JSON.stringify(written, null, 2)}\n`);
  }
}
