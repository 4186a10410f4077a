/**
 * What a DICOM segmentation says of its frames: which segment each is, and of which image. Source: PS3.3 C.8.20.2 and C.7.6.16.2.6.
 *
 * Limits: a frame belongs to one frame of one image. Frames that were made of several images, or that name none, as tiles of
 * a slide do, cannot be joined.
 */
import type { DataSet } from 'dicom-parser';
import { frameCountOf } from '../dicom/format.ts';
import { type Plane, planeOf } from '../dicom/plane.ts';
import { TAG } from '../dicom/tags.ts';
import { SEG, SEGMENTATION_CLASSES } from './tags.ts';

interface Segment {
  number: number;
  /** Empty where the file does not say. */
  label: string;
}

export interface SegmentationFrame {
  /** Absent for label maps, whose values are the numbers of segments. */
  segment?: number;
  /** SOP Instance UID of its image. */
  image: string;
  /** Of the image's frames, from 1; absent where it is of a single one. */
  imageFrame?: number;
  /** Whether the file says that its pixels are not those of the image. */
  moved: boolean;
  plane?: Plane | undefined;
}

export interface SegmentationHead {
  rows: number;
  columns: number;
  segments: Segment[];
  frames: SegmentationFrame[];
  /** UIDs of all images that it was made from, also those without a frame: nothing was found in them. */
  images: ReadonlySet<string>;
}

/** @throws Error with the reason why it cannot be used */
export function segmentationHeadOf(data: DataSet): SegmentationHead {
  requireSegmentation(data);
  const kind = kindOf(data);
  if (textOf(data, SEG.organization) === 'TILED_FULL')
    throw new Error('its frames are tiles of a slide, which are not read');
  const [rows, columns] = [data.uint16(TAG.rows) ?? 0, data.uint16(TAG.columns) ?? 0];
  if (rows * columns === 0) throw new Error('damaged: it does not say how many pixels it has');
  const listed = [data, ...itemsOf(data, SEG.otherStudies)]
    .flatMap((study) => itemsOf(study, SEG.series))
    .flatMap((series) => itemsOf(series, SEG.instances))
    .map((instance) => textOf(instance, SEG.instance));
  const only = new Set(listed).size === 1 ? listed[0] : undefined;
  const frames = Array.from({ length: frameCountOf(data) }, (_, k) => frameOf(data, k, kind, only));
  return {
    rows,
    columns,
    segments: itemsOf(data, SEG.segments).map((item) => ({
      number: item.uint16(SEG.number) ?? 0,
      label: labelOf(item, textOf(data, TAG.characterSet)),
    })),
    frames,
    images: new Set([...listed, ...frames.map(({ image }) => image)]),
  };
}

function requireSegmentation(data: DataSet): void {
  if (SEGMENTATION_CLASSES.has(textOf(data, TAG.sopClass))) return;
  throw new Error('a DICOM file that is no segmentation (SEG)');
}

const KINDS = ['BINARY', 'FRACTIONAL', 'LABELMAP'] as const;
export type SegmentationKind = (typeof KINDS)[number];

export function kindOf(data: DataSet): SegmentationKind {
  const kind = KINDS.find((name) => name === textOf(data, SEG.type));
  if (kind === undefined)
    throw new Error('a segmentation of an unknown kind: BINARY, FRACTIONAL and LABELMAP are read');
  return kind;
}

const itemsOf = (data: DataSet, tag: string): DataSet[] =>
  (data.elements[tag]?.items ?? []).flatMap(({ dataSet }) => dataSet ?? []);

const textOf = (data: DataSet, tag: string): string => data.string(tag)?.trim() ?? '';

/** @param only the UID of the one image that the file is made from, if it is one */
function frameOf(data: DataSet, k: number, kind: SegmentationKind, only: string | undefined): SegmentationFrame {
  const groups = [itemsOf(data, TAG.frameGroups)[k], itemsOf(data, TAG.sharedGroups)[0]];
  const within = (tag: string) => groups.flatMap((group) => (group === undefined ? [] : itemsOf(group, tag)));
  const segment = within(SEG.identification)[0]?.uint16(SEG.segment);
  if (kind !== 'LABELMAP' && segment === undefined) {
    throw new Error(`damaged: it does not say which segment frame ${k + 1} is`);
  }
  const sources = within(SEG.derivation).flatMap((item) => itemsOf(item, SEG.sources));
  const image = sources.length === 0 ? only : textOf(sources[0]!, SEG.instance);
  if (image === undefined) throw new Error(`it does not say which image frame ${k + 1} is of`);
  const numbers = sources.length === 0 ? '' : textOf(sources[0]!, SEG.frames);
  if (sources.length > 1 || numbers.includes('\\')) {
    throw new Error(`its frame ${k + 1} is made of several images`);
  }
  return {
    ...(kind !== 'LABELMAP' && { segment: segment! }),
    image,
    ...(numbers !== '' && { imageFrame: Number(numbers) }),
    moved: sources.some((source) => ['NO', 'REORIENTED_ONLY'].includes(textOf(source, SEG.preserved))),
    plane: planeOf(data, k),
  };
}

/** What a segment is called, or else what it is said to show. */
function labelOf(item: DataSet, characterSet: string): string {
  const label = lettersOf(item, SEG.label, characterSet);
  const [property] = itemsOf(item, SEG.property);
  return label === '' && property ? lettersOf(property, SEG.meaning, characterSet) : label;
}

/** Encodings whose name does not have the number of the character set (PS3.3 C.12.1.1.2). */
const ENCODINGS: Readonly<Record<string, string>> = {
  13: 'shift_jis',
  87: 'iso-2022-jp',
  166: 'windows-874',
  192: 'utf-8',
};

/** A text that may have letters beyond ASCII: those of the last set that the file names. */
function lettersOf(item: DataSet, tag: string, characterSet: string): string {
  const element = item.elements[tag];
  if (element === undefined) return '';
  const bytes = item.byteArray.subarray(element.dataOffset, element.dataOffset + element.length);
  const number = characterSet.match(/[ _]IR (\d+)$/)?.[1];
  const encoding = number === undefined ? characterSet : (ENCODINGS[number] ?? `iso-ir-${number}`);
  return decoderOf(encoding)
    .decode(bytes)
    .replaceAll(SWITCH, '')
    .replaceAll(/\p{Cc}/gu, ' ')
    .trim();
}

/** Selects the Korean or Chinese set, which their decoders take for text. */
const SWITCH = /\p{Cc}\$\)[AC]/gu;

function decoderOf(encoding: string): { decode(bytes: Uint8Array): string } {
  try {
    return new TextDecoder(encoding);
  } catch {
    return new TextDecoder('latin1');
  }
}
