/**
 * The numbers and sheets of a run as TensorBoard's event files: one for each process that trained, named
 * `events.out.tfevents.<seconds since 1970>.onnoise`. TensorBoard reads them in the order of their names.
 *
 * A continued run cuts off what came after its checkpoint. Every file begins with a `start` at its next step, on which
 * a TensorBoard that is open drops what it has read of the part that was cut off.
 */
import { appendFile, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StepMetrics } from '../saved/metrics.ts';
import { decodeEvent, type Event, encodeEvent, type Picture } from './event.ts';
import { encodeRecord, readRecords } from './records.ts';

/** Of files written here; those of other programs in the folder are left alone. */
const NAME = /^events\.out\.tfevents\.(\d{10,})\.onnoise$/;
const nameOf = (seconds: number) => `events.out.tfevents.${String(seconds).padStart(10, '0')}.onnoise`;
const FILE_VERSION = 'brain.Event:2';

export interface EventLog {
  path: string;
  /** Appends the numbers of a step. */
  noteStep(metrics: StepMetrics): Promise<void>;
  /** Appends a sheet of samples, and the held-out loss where images are held out; once for a step. */
  notePictures(step: number, sheet: Uint8Array, heldOut: number | undefined): Promise<void>;
}

/** What is left of the event files of earlier processes. */
export interface EarlierEvents {
  /** The seconds in the name of the newest file, 0 without files. */
  newest: number;
  /** The last step with a sheet, if any. */
  pictured: number | undefined;
}

/** Cuts off what the event files of a run have after a step, and damaged ends. */
export async function cutEvents(run: string, step: number): Promise<EarlierEvents> {
  const left: EarlierEvents = { newest: 0, pictured: undefined };
  for (const name of (await readdir(run)).sort()) {
    const seconds = NAME.exec(name)?.[1];
    if (seconds === undefined) continue;
    const path = join(run, name);
    let [end, kept] = [0, 0];
    for await (const record of readRecords(path)) {
      const event = decodeEvent(record.data);
      if (event.values.length > 0) {
        if (event.step > step) break;
        kept++;
        if (event.values.some(({ picture }) => picture)) left.pictured = event.step;
      }
      end = record.end;
    }
    if (kept === 0) await rm(path);
    else await truncate(path, end);
    left.newest = Math.max(left.newest, Number(seconds));
  }
  return left;
}

/** Begins the event file of this process. @param step updates done */
export async function openEvents(run: string, step: number, earlier: EarlierEvents): Promise<EventLog> {
  const path = join(run, nameOf(Math.max(Math.floor(Date.now() / 1000), earlier.newest + 1)));
  let { pictured } = earlier;
  const append = (event: Omit<Event, 'wallTime'>) => appendFile(path, recordOf(event));
  const head = recordOf({ step: 0, fileVersion: FILE_VERSION, values: [] });
  const start = recordOf({ step: step + 1, start: true, values: [] });
  await writeFile(path, Buffer.concat([head, start]));
  return {
    path,
    noteStep: ({ step, loss, gradNorm, lr, imagesPerSecond, epsilon }) =>
      append({
        step,
        values: [
          { tag: 'train/loss', scalar: loss },
          { tag: 'train/gradient_norm', scalar: gradNorm },
          { tag: 'train/lr', scalar: lr },
          { tag: 'train/images_per_second', scalar: imagesPerSecond },
          ...(epsilon === undefined ? [] : [{ tag: 'train/epsilon', scalar: epsilon }]),
        ],
      }),
    async notePictures(step, sheet, heldOut) {
      // The run was stopped after this and before the sheet had its file: it has been drawn again, the same.
      if (pictured !== undefined && pictured >= step) return;
      const losses = heldOut === undefined ? [] : [{ tag: 'validation/loss', scalar: heldOut }];
      await append({ step, values: [...losses, { tag: 'samples', picture: pictureOf(sheet) }] });
      pictured = step;
    },
  };
}

function recordOf(event: Omit<Event, 'wallTime'>): Uint8Array {
  return encodeRecord(encodeEvent({ ...event, wallTime: Date.now() / 1000 }));
}

/** A PNG with the size that its header says. */
function pictureOf(png: Uint8Array): Picture {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  return { width: view.getUint32(16), height: view.getUint32(20), png };
}
