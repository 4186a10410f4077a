/** Reads a source once and writes the prepared cache into its folder atomically. */
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { requireSpace, temporaryName } from '@onnoise/base/files';
import type { Skipped } from '@onnoise/base/folders';
import { type ImageOptions, keepsSamples } from '@onnoise/base/pictures';
import { extentOf } from '@onnoise/scheduler/model';
import { InputError, refuse } from '@onnoise/scheduler/rules';
import { type BesideWriter, createBesideWriter, notesOnMasks } from './set/beside-writer.ts';
import { createGrouping } from './set/groups.ts';
import { createObserver } from './set/observe.ts';
import { createDeepWriter, createPixelWriter, createPlaneWriter } from './set/pixel-writer.ts';
import { BESIDE_FILE, cacheKey, DATA_FILE, INDEX_FILE, loadStored, sealIndex } from './set/stored.ts';
import type { Frame, PrepareProgress, Source } from './set/types.ts';
import { usedClasses } from './set/used-classes.ts';

export interface BuildOptions {
  image: ImageOptions;
  strict: boolean;
  cacheDir: string;
  /** See `PrepareOptions.memoryLimit`. */
  memoryLimit: number;
  onProgress?: ((progress: PrepareProgress) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Prepares `source` into its folder of `cacheDir`, which must exist. Any number of processes may do so at once: each
 * works in its own folder, and the first to finish gives it the name. Throws InputError if no picture can be used, or
 * if one cannot and `strict` is set; Failure if the disk has too little room.
 */
export async function buildStored(source: Source, options: BuildOptions): Promise<void> {
  const { image, cacheDir } = options;
  const temporary = temporaryName(join(cacheDir, cacheKey(source.identity, image, image.channels ?? 1)));
  mkdirSync(temporary);
  try {
    const channels = await fill(source, temporary, options);
    publish(temporary, join(cacheDir, cacheKey(source.identity, image, channels)), options);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** Gives a complete folder its name. A complete folder of that name that suits stays instead; any other is replaced. */
function publish(temporary: string, folder: string, { image, memoryLimit }: BuildOptions): void {
  for (let attempt = 1; ; attempt++) {
    try {
      renameSync(temporary, folder);
      return;
    } catch (error) {
      // Another process may have moved a damaged folder away since.
      const wasThere = (error as NodeJS.ErrnoException).code === 'ENOTEMPTY' || existsSync(folder);
      if (!wasThere || attempt === 10) throw error;
    }
    if (loadStored(folder, memoryLimit, image)) return;
    const damaged = temporaryName(folder);
    try {
      renameSync(folder, damaged);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error; // else another process was faster
    }
    rmSync(damaged, { recursive: true, force: true });
  }
}

async function fill(
  source: Source,
  folder: string,
  { image, strict, cacheDir, onProgress, signal }: BuildOptions,
): Promise<number> {
  const { channels, depth = 8 } = image;
  const bytes = depth / 8;
  const { width, height } = extentOf(image.size);
  const plane = width * height;
  const needSpace = (perPicture: number) =>
    requireSpace(cacheDir, source.total * perPicture, `write ${source.total} prepared images in ${cacheDir}`);
  await needSpace(plane * (channels ?? 1) * bytes);
  const path = join(folder, DATA_FILE);
  const kept = source.channels ?? (keepsSamples(channels, depth) ? channels : undefined);
  const writer =
    kept !== undefined
      ? await createPlaneWriter(path, kept, depth)
      : depth === 16
        ? await createDeepWriter(path, plane)
        : await createPixelWriter(path, plane, channels as 1 | 3 | undefined, () => needSpace(3 * plane));
  const beside = source.beside && (await createBesideWriter(join(folder, BESIDE_FILE), plane, source.beside.kind));
  const labels: number[] = [];
  const conditions: number[] = [];
  const skipped: Skipped[] = [];
  const observer = createObserver(image);
  const grouping = createGrouping(source.groupColumn !== undefined);
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
        await appendBeside(beside, frame, source.name, strict);
        if (frame.label !== undefined) labels.push(frame.label);
        if (frame.conditions) conditions.push(...frame.conditions);
        observer.see(frame);
        grouping.add(frame.groups, frame.source ?? done);
      }
      done++;
      report();
    }
  } catch (error) {
    await Promise.all([writer.abandon(), beside?.abandon()]);
    throw error;
  }
  const written = await writer.finish();
  const besides = await beside?.finish();
  if (written.count === 0) refuseAll(source.name, skipped);
  if (observer.lacksAlpha()) {
    const rule = `left out or ${channels === 2 ? 1 : 3}, as no image has an alpha channel`;
    refuse(`prepare ${source.name}`, '--channels', rule, channels);
  }
  const classes = source.classNames && usedClasses(source.classNames, labels);
  const groups = grouping.numbers();
  const phantoms = observer.phantoms();
  const levels = observer.levels();
  const pixelSpacing = observer.pixelSpacing();
  const channelNames = observer.channelNames();
  const index = await sealIndex(folder, {
    ...written,
    ...(channels !== undefined && skipped.length > 0 && { chosen: true as const }),
    ...(channelNames && { channelNames }),
    ...(depth === 16 && { depth }),
    height,
    width,
    ...(classes && { labels: classes.labels, classNames: classes.classNames }),
    ...(source.conditions && { conditions: { names: [...source.conditions.names], values: conditions } }),
    ...(groups && { groups }),
    ...(phantoms > 0 && { phantoms }),
    ...(levels && { levels }),
    ...(besides && { beside: besides }),
    ...(pixelSpacing && { pixelSpacing }),
    skipped,
    notes: [
      ...observer.notes(),
      ...(classes?.notes ?? []),
      ...(source.beside?.notes() ?? []),
      ...(besides ? notesOnMasks(besides) : []),
    ],
  });
  writeFileSync(join(folder, INDEX_FILE), JSON.stringify(index));
  return written.channels;
}

async function appendBeside(
  writer: BesideWriter | undefined,
  { beside }: Extract<Frame, { pixels: unknown }>,
  name: string,
  strict: boolean,
): Promise<void> {
  if (!writer) return;
  if (!beside) throw new Error('a picture came without what lies beside it');
  if (strict && beside.resized) refuseResized(name);
  await writer.append(beside);
}

/** Throws the error of `--strict` for a mask that took the size of its image. */
export function refuseResized(name: string): never {
  throw new InputError(
    `Cannot prepare ${name}: with --strict every mask must have the size of its image, received another.`,
  );
}

/** Throws the error of `--strict` for the first skipped picture. */
export function refuseSkipped(name: string, skipped: Skipped[]): never {
  const { file, reason } = skipped[0]!;
  throw new InputError(
    `Cannot prepare ${name}: with --strict every image must be usable, received ${file}: ${reason}.`,
  );
}

function refuseAll(name: string, skipped: Skipped[]): never {
  const [first, ...others] = skipped;
  if (first === undefined) throw new InputError(`Cannot prepare ${name}: it has no images.`);
  const why = `${first.file}: ${first.reason}`;
  const all =
    others.length === 0
      ? `its only image cannot be used, ${why}`
      : `none of its ${skipped.length} images can be used. First, image ${why}`;
  throw new InputError(`Cannot prepare ${name}: ${all}.`);
}
