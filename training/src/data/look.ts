/** A quick look at images before they are prepared: how many, and what the first ones are like. Writes nothing. */

import type { Skipped } from '@onnoise/base/folders';
import { type Extent, extentOf, isGray } from '@onnoise/scheduler/model';
import { imageOptions } from './check-options.ts';
import { openBeside } from './open-beside.ts';
import type { BesideImages } from './set/beside.ts';
import { maskLabelsOf } from './set/beside-writer.ts';
import { renameClasses } from './set/label-names.ts';
import { createObserver } from './set/observe.ts';
import type { DataConditions, PrepareOptions, Source } from './set/types.ts';
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
  /** See `Dataset.beside`: as far as it is known before any is read, so of two classes or one channel at least. */
  beside?: Pick<BesideImages, 'channels' | 'mask'> | undefined;
  notes: string[];
  /** How many were decoded; the findings follow. */
  looked: number;
  channels: number;
  /** See `Dataset.channelNames`. */
  channelNames?: readonly string[] | undefined;
  skipped: Skipped[];
  /** Each size that pictures have in their files, once, in the order in which they were met. */
  sizes: Extent[];
  /** How many hold numbers that are not finite. */
  infinite: number;
}

/** What can be told without decoding; channels only where the source knows them. */
export type Listed = Pick<Look, 'name' | 'total' | 'channelNames' | 'classNames' | 'conditions' | 'groups' | 'beside'> &
  Pick<Source, 'channels'>;

/** The number of images, their classes and conditions, without decoding. @throws InputError if the source is unusable. */
export async function listImages(options: PrepareOptions): Promise<Listed> {
  const source = await openSource(options, await openBeside(options));
  const { name, total, channels, channelNames, conditions, groups } = source;
  const classNames = namesOf(source, options);
  return { name, total, channels, channelNames, classNames, conditions, groups, beside: besideOf(source) };
}

/**
 * @param most images to decode
 * @throws InputError when the source is unusable.
 */
export async function lookAtImages(options: PrepareOptions, signal?: AbortSignal, most = LOOKED): Promise<Look> {
  const { width, height } = extentOf(options.size);
  const source = await openSource(options, await openBeside(options));
  const skipped: Skipped[] = [];
  let looked = 0;
  let coloured = false;
  const image = imageOptions(options, source);
  const observer = createObserver(image);
  const sizes = new Map<string, Extent>();
  let infinite = 0;
  for await (const frame of source.frames(image)) {
    signal?.throwIfAborted();
    if ('reason' in frame) skipped.push(frame);
    else {
      observer.see(frame);
      if (frame.infinite) infinite++;
      if (frame.origin) sizes.set(pictureWords(frame.origin), extentFrom(frame.origin));
    }
    if ('pixels' in frame)
      coloured ||= frame.pixels.length === 3 * width * height && !isGray(frame.pixels as Uint8Array);
    if (++looked === most) break;
  }
  return {
    name: source.name,
    total: source.total,
    classNames: namesOf(source, options),
    conditions: source.conditions,
    groups: source.groups,
    beside: besideOf(source),
    notes: source.notes,
    looked,
    skipped,
    channelNames: source.channelNames ?? observer.channelNames(),
    channels: image.channels ?? (coloured ? 3 : 1),
    sizes: [...sizes.values()],
    infinite,
  };
}

const pictureWords = ({ width, height }: Extent): string => `${width} x ${height}`;
const extentFrom = ({ width, height }: Extent): Extent => ({ width, height });

function besideOf({ beside }: Source): Look['beside'] {
  if (beside === undefined) return undefined;
  const { kind, names = new Map() } = beside;
  if (kind === 'picture') return { channels: 1 };
  return { channels: 1, mask: maskLabelsOf(names.size > 1 ? [] : [0, 1], names) };
}

const namesOf = ({ classNames }: Source, { labelNames }: PrepareOptions) =>
  classNames && renameClasses(classNames, labelNames);
