/**
 * Writes a set of phantoms in the layout of the RSNA Bone Age challenge: `images/<id>.png` and `hands.csv` with the columns
 * id, boneage and male; beside them `truth.jsonl`, `README.md`, and `masks` if they are asked for. The folder gets its name when
 * it is complete: what stops before leaves nothing.
 */
import { mkdir, open } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { checkWholeFolder, requireSpace, type WholeFolder, writeWhole, writeWholeFolder } from '@onnoise/base/files';
import type { ReportProgress } from '@onnoise/base/terminal';
import { checkInteger } from '@onnoise/scheduler/rules';
import { type Artist, startArtist } from './artist.ts';
import { columnsOf } from './files.ts';
import { labelsFile } from './masks.ts';
import { checkPhantomSet, countFiles, type PhantomSet, USUAL } from './options.ts';
import { readmeOf } from './readme.ts';
import { type Drawn, drawFiles, IMAGES, MASKS } from './some-files.ts';

export interface WriteSetOptions extends Partial<Omit<PhantomSet, 'count'>> {
  count: number;
  /** New, or empty. */
  out: string;
  /** As many as there are cores if not given. They do not change the files. */
  threads?: number | undefined;
  signal?: AbortSignal | undefined;
  onProgress?: ReportProgress | undefined;
}

/** Files that a thread makes before it reports. */
const AT_A_TIME = 32;
/** A thread takes half a second to start: fewer files are made sooner without. */
const WORTH_THREADS = 150;
const MOST_THREADS = 64;
/** Bytes of a file beside its pixels, with its line of the truth. */
const OVERHEAD = 8192;
/** Bytes of a label map at most: its edges take them. */
const maskBytes = ({ size }: PhantomSet) => 4096 + 12 * size;

/**
 * @returns the number of files below `images`.
 * @throws InputError for options out of range or a folder that is not empty; Failure when the disk is full. Nothing is left
 * then, nor when the signal aborts.
 */
export async function writeSet({ out, threads, signal, onProgress, ...given }: WriteSetOptions): Promise<number> {
  const set: PhantomSet = { ...USUAL, ...given };
  checkPhantomSet(set);
  const count = countFiles(set);
  const usual = Math.min(availableParallelism(), MOST_THREADS);
  const most = checkInteger('draw phantoms', '--threads', threads ?? usual, 1, MOST_THREADS);
  const action = 'write phantoms';
  const folder: WholeFolder = { action, out, listed: false };
  await checkWholeFolder(folder);
  await requireSpace(out, count * (set.size * set.size + OVERHEAD + (set.masks ? maskBytes(set) : 0)), action);
  await writeWholeFolder(folder, async (temporary) => {
    await mkdir(join(temporary, IMAGES));
    if (set.masks) {
      await mkdir(join(temporary, MASKS));
      await writeWhole(join(temporary, MASKS, 'labels.json'), labelsFile());
    }
    await writeFiles(set, temporary, most, signal, onProgress);
    await writeWhole(join(temporary, 'README.md'), readmeOf(set));
    signal?.throwIfAborted();
  });
  return count;
}

/** Writes the images as they come, and the lines of both tables in order. */
async function writeFiles(
  set: PhantomSet,
  folder: string,
  most: number,
  signal: AbortSignal | undefined,
  onProgress: ReportProgress | undefined,
): Promise<void> {
  const total = countFiles(set);
  const threads = total < WORTH_THREADS ? 1 : Math.min(most, Math.ceil(total / AT_A_TIME));
  const lines = await openLines(folder, columnsOf(set));
  const artists: Artist[] = [];
  let [next, done] = [0, 0];
  try {
    if (threads === 1) artists.push(drawHere(set, folder));
    else await startArtists(artists, threads, set, folder);
    await Promise.all(
      artists.map(async ({ draw }) => {
        while (next < total) {
          signal?.throwIfAborted();
          const from = next;
          const to = Math.min(total, from + AT_A_TIME);
          next = to;
          await lines.add(from, await draw(from, to));
          done += to - from;
          onProgress?.({ done, total });
        }
      }),
    );
  } finally {
    next = total; // one that failed ends all
    await Promise.all(artists.map(({ stop }) => stop()));
    await lines.close();
  }
}

/** Fills the list with threads: those that began are in it where another cannot. */
async function startArtists(artists: Artist[], threads: number, set: PhantomSet, folder: string): Promise<void> {
  const started = await Promise.allSettled(Array.from({ length: threads }, () => startArtist(set, folder)));
  for (const result of started) if (result.status === 'fulfilled') artists.push(result.value);
  const failed = started.find(({ status }) => status === 'rejected');
  if (failed) throw (failed as PromiseRejectedResult).reason;
}

/** The only thread, which lets Ctrl-C through between its files. */
function drawHere(set: PhantomSet, folder: string): Artist {
  return {
    async draw(from, to) {
      const drawn: Drawn = { rows: [], truths: [] };
      for (let index = from; index < to; index++) {
        const { rows, truths } = drawFiles(set, folder, index, index + 1);
        drawn.rows.push(...rows);
        drawn.truths.push(...truths);
        await setImmediate();
      }
      return drawn;
    },
    stop: async () => {},
  };
}

/** Both tables. Lines that come too early wait for those before them. */
async function openLines(folder: string, columns: string) {
  const [table, truth] = [await open(join(folder, 'hands.csv'), 'w'), await open(join(folder, 'truth.jsonl'), 'w')];
  await table.appendFile(`${columns}\n`);
  const early = new Map<number, Drawn>();
  let written = 0;
  let writing = Promise.resolve();
  const writeNext = async () => {
    for (let drawn = early.get(written); drawn; drawn = early.get(written)) {
      early.delete(written);
      written += drawn.rows.length;
      await table.appendFile(`${drawn.rows.join('\n')}\n`);
      await truth.appendFile(`${drawn.truths.join('\n')}\n`);
    }
  };
  return {
    /** @param from the number of the first file */
    add(from: number, drawn: Drawn): Promise<void> {
      early.set(from, drawn);
      writing = writing.then(writeNext);
      return writing;
    },
    close: async () => void (await Promise.all([table.close(), truth.close()])),
  };
}
