/** A quick look at images before they are prepared: how many, and what the first ones are like. Writes nothing. */
import { extentOf, isGray } from '@onnoise/scheduler/model';
import { imageOptions } from './check-options.ts';
import { renameClasses } from './set/label-names.ts';
import type { DataConditions, PrepareOptions, Skipped, Source } from './set/types.ts';
import { openSource } from './sources/open-source.ts';

/** Number of images to decode, enough to see whether they have colour and can be read. */
const LOOKED = 64;

export interface Look {
  name: string;
  /** Number of listed images, including those that will be skipped. */
  total: number;
  classNames?: string[] | undefined;
  /** Those of all listed images. */
  conditions?: DataConditions | undefined;
  /** See `Source.groups`. */
  groups?: number[] | undefined;
  notes: string[];
  /** How many were decoded; the findings follow. */
  looked: number;
  channels: number;
  skipped: Skipped[];
}

/** The number of images, their classes and conditions, without decoding. @throws InputError if the source is unusable. */
export async function listImages(
  options: PrepareOptions,
): Promise<Pick<Look, 'name' | 'total' | 'classNames' | 'conditions' | 'groups'>> {
  const source = await openSource(options);
  const { name, total, conditions, groups } = source;
  return { name, total, classNames: namesOf(source, options), conditions, groups };
}

/** @throws InputError when the source is unusable. */
export async function lookAtImages(options: PrepareOptions, signal?: AbortSignal): Promise<Look> {
  const { width, height } = extentOf(options.size);
  const source = await openSource(options);
  const skipped: Skipped[] = [];
  let looked = 0;
  let coloured = false;
  const image = imageOptions(options, source.channels);
  for await (const frame of source.frames(image)) {
    signal?.throwIfAborted();
    if ('reason' in frame) skipped.push(frame);
    else coloured ||= frame.pixels.length === 3 * width * height && !isGray(frame.pixels as Uint8Array);
    if (++looked === LOOKED) break;
  }
  return {
    name: source.name,
    total: source.total,
    classNames: namesOf(source, options),
    conditions: source.conditions,
    groups: source.groups,
    notes: source.notes,
    looked,
    skipped,
    channels: image.channels ?? (coloured ? 3 : 1),
  };
}

const namesOf = ({ classNames }: Source, { labelNames }: PrepareOptions) =>
  classNames && renameClasses(classNames, labelNames);
