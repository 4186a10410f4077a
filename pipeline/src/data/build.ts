/** Runs a source through once and leaves the prepared cache in its folder, complete or not at all. */
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { InputError } from '@onnoise/scheduler';
import { createPixelWriter } from './pixel-writer.ts';
import { DATA_FILE, INDEX_FILE, loadStored, sealIndex } from './stored.ts';
import type { ImageOptions, PrepareProgress, Skipped, Source } from './types.ts';

/** 16-bit pictures whose brightest pixel stays below this 8-bit level probably hold fewer bits than their files. */
const DARK = 64;

const DAY = 24 * 60 * 60 * 1000;

export interface BuildOptions {
  image: ImageOptions;
  strict: boolean;
  /** See `PrepareOptions.memoryLimit`. */
  memoryLimit: number;
  onProgress?: ((progress: PrepareProgress) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** Prepares `source` into `folder`. Throws InputError when no picture can be used, or one cannot and `strict` is set. */
export async function buildStored(source: Source, folder: string, options: BuildOptions): Promise<void> {
  mkdirSync(dirname(folder), { recursive: true });
  removeLeftovers(folder);
  const temporary = mkdtempSync(`${folder}.tmp-`);
  try {
    await fill(source, temporary, options);
    // Another process may have prepared the same images meanwhile: then its folder is as good.
    if (loadStored(folder, options.memoryLimit)) return;
    rmSync(folder, { recursive: true, force: true });
    renameSync(temporary, folder);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

async function fill(source: Source, folder: string, { image, strict, onProgress, signal }: BuildOptions) {
  const { size, channels } = image;
  const writer = await createPixelWriter(join(folder, DATA_FILE), size * size, channels);
  const labels: number[] = [];
  const skipped: Skipped[] = [];
  const deep = { count: 0, brightest: 0 };
  let done = 0;
  const report = () => onProgress?.({ done, total: source.total, skipped: skipped.length });
  try {
    report();
    for await (const frame of source.frames(image)) {
      signal?.throwIfAborted();
      if ('reason' in frame) {
        skipped.push(frame);
        if (strict) refuseSkipped(source.name, skipped);
      } else {
        await writer.append(frame.pixels);
        if (frame.label !== undefined) labels.push(frame.label);
        if (frame.deep) {
          deep.count++;
          for (const level of frame.pixels) if (level > deep.brightest) deep.brightest = level;
        }
      }
      done++;
      report();
    }
  } catch (error) {
    await writer.abandon();
    throw error;
  }
  const written = await writer.finish();
  if (written.count === 0) refuseAll(source.name, skipped);
  const index = await sealIndex(folder, {
    count: written.count,
    channels: written.channels,
    height: size,
    width: size,
    ...(source.classNames && { labels, classNames: source.classNames }),
    skipped,
    notes: notesOn(written, deep, channels),
  });
  writeFileSync(join(folder, INDEX_FILE), JSON.stringify(index));
}

function notesOn(
  { count, channels, coloured }: { count: number; channels: 1 | 3; coloured: number },
  deep: { count: number; brightest: number },
  forced: 1 | 3 | undefined,
): string[] {
  const notes: string[] = [];
  if (forced === undefined && channels === 3 && coloured < count) {
    notes.push(`${coloured} of ${count} images have colour, so all are kept as RGB (channels 1 would make them gray).`);
  }
  if (deep.count > 0 && deep.brightest < DARK) {
    notes.push(
      `The brightest of ${deep.count} 16-bit images reaches level ${deep.brightest} of 255: stretch them to the full 16 bits first if they should not be dark.`,
    );
  }
  return notes;
}

/** Throws what `--strict` says about the first skipped picture. */
export function refuseSkipped(name: string, skipped: Skipped[]): never {
  const { file, reason } = skipped[0]!;
  throw new InputError(`Cannot prepare ${name}: with strict every image must be usable, received ${file}: ${reason}.`);
}

function refuseAll(name: string, skipped: Skipped[]): never {
  const first = skipped[0];
  const what = first ? `${skipped.length} skipped, the first ${first.file}: ${first.reason}` : 'none';
  throw new InputError(`Cannot prepare ${name}: at least one image must be usable, received ${what}.`);
}

/** Removes what killed preparations of the same images left more than a day ago. */
function removeLeftovers(folder: string): void {
  for (const name of readdirSync(dirname(folder))) {
    const path = join(dirname(folder), name);
    if (!name.startsWith(`${basename(folder)}.tmp-`)) continue;
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat && Date.now() - stat.mtimeMs > DAY) rmSync(path, { recursive: true, force: true });
  }
}
