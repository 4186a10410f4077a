/**
 * From stored values to gray: first to what was measured (modality LUT, or slope and intercept), then to what is seen
 * (VOI LUT or window), then inverted once for MONOCHROME1, for a Presentation LUT Shape of INVERSE, or for both, as
 * radiographs have them together. Source: PS3.3 C.11.1, C.11.2, C.7.6.3.1.2 and C.8.11.3.
 */

import { fullRange, levelOf, type WindowChoice } from '@onnoise/base/pictures';
import type { DataSet } from 'dicom-parser';
import type { PixelFormat } from './format.ts';
import { firstLutOf, lookUp } from './luts.ts';
import { TAG } from './tags.ts';
import { valueReader, type Words } from './words.ts';

type Curve = (value: number) => number;

/** Where the elements of a frame may be: for itself, for all frames, or for the file. */
export type Layers = readonly DataSet[];

const TONE_GROUPS = [TAG.valueGroup, TAG.windowGroup, TAG.measureGroup, TAG.projectionGroup];

/** The groups of frame `k` of a file in the enhanced form (PS3.3 C.7.6.16), from the closest to the file itself. */
export function layersOf(data: DataSet, k: number, tags: readonly string[] = TONE_GROUPS): Layers {
  const groups = [
    data.elements[TAG.frameGroups]?.items?.[k]?.dataSet,
    data.elements[TAG.sharedGroups]?.items?.[0]?.dataSet,
  ];
  const within = groups.flatMap((group) => tags.flatMap((tag) => group?.elements[tag]?.items?.[0]?.dataSet ?? []));
  return [...within, data];
}

const holding = (layers: Layers, tag: string) => layers.find(({ elements }) => (elements[tag]?.length ?? 0) !== 0);

const first = (layers: Layers, tag: string) => holding(layers, tag)?.floatString(tag, 0);

/** To what was measured: Hounsfield units in CT. @throws Error where its scale cannot be used */
function measured(layers: Layers, signed: boolean): Curve {
  const holder = holding(layers, TAG.modalityLuts);
  const lut = holder && firstLutOf(holder, TAG.modalityLuts, signed);
  if (lut) return (value) => lookUp(lut, value);
  const [slope, intercept] = [first(layers, TAG.slope) ?? 1, first(layers, TAG.intercept) ?? 0];
  if (slope === 0) throw new Error('damaged: its Rescale Slope is 0, which makes all values the same');
  if (!Number.isFinite(slope * intercept)) throw new Error('damaged: its Rescale Slope or Intercept is no number');
  return (value) => value * slope + intercept;
}

/** Whether what was measured are Hounsfield units: in CT without a word on it. Source: PS3.3 C.8.2.1 (Rescale Type). */
export function isHounsfield(layers: Layers): boolean {
  const word = (tag: string) => holding(layers, tag)?.string(tag)?.trim();
  if (holding(layers, TAG.slope) === undefined) return false;
  return (word(TAG.rescaleType) ?? (word(TAG.modality) === 'CT' ? 'HU' : '')) === 'HU';
}

/** From what was measured to a share of white, as the file itself says; undefined if it does not. */
function shown(layers: Layers, signed: boolean): Curve | undefined {
  const holder = holding(layers, TAG.voiLuts);
  const lut = holder && firstLutOf(holder, TAG.voiLuts, signed);
  if (lut) return (value) => lookUp(lut, value) / (2 ** lut.bits - 1);
  const [centre, width] = [first(layers, TAG.windowCentre), first(layers, TAG.windowWidth)];
  if (centre === undefined || !Number.isFinite(centre) || width === undefined || !(width > 0)) return undefined;
  const name = holding(layers, TAG.windowFunction)?.string(TAG.windowFunction)?.trim();
  if (name === 'SIGMOID') return (value) => 1 / (1 + Math.exp((-4 * (value - centre)) / width));
  return name === 'LINEAR_EXACT' || width < 1 ? exact(centre, width) : linear(centre, width);
}

/** The window function LINEAR, which holds for whole numbers and has width - 1 steps. */
const linear = (centre: number, width: number): Curve =>
  width === 1 ? (value) => (value <= centre - 0.5 ? 0 : 1) : (value) => (value - (centre - 0.5)) / (width - 1) + 0.5;

const exact =
  (centre: number, width: number): Curve =>
  (value) =>
    (value - centre) / width + 0.5;

/**
 * Gray of 16 bits, 0 black, from the words of a frame: [rows, columns].
 * @throws BlankError where a window is to come from pixels that are all the same
 */
export function toGray(words: Words, format: PixelFormat, layers: Layers, choice: WindowChoice): Uint16Array {
  const read = valueReader(format);
  const measure = measured(layers, format.signed);
  const chosen = choice === 'auto' ? undefined : choice === 'dicom' ? shown(layers, format.signed) : windowed(choice);
  const isPadding = paddingOf(layers, format.signed);
  const curve = chosen ?? rangeOf(words, (word) => (isPadding(read(word)) ? undefined : measure(read(word))));
  const inverted = isInverted(format, layers);
  return mapped(words, (word) => {
    const share = curve(measure(read(word)));
    return levelOf(inverted ? 1 - share : share);
  });
}

/** Whether the greatest values are black. */
export function isInverted({ photometric }: PixelFormat, layers: Layers): boolean {
  return photometric === 'MONOCHROME1' || holding(layers, TAG.lutShape)?.string(TAG.lutShape)?.trim() === 'INVERSE';
}

const windowed = ({ centre, width }: { centre: number; width: number }) => exact(centre, width);

/** Every word by `level`, which is asked once for each of the 65,536 words of 16 bits. */
function mapped(words: Words, level: (word: number) => number): Uint16Array {
  if (words instanceof Uint32Array) return Uint16Array.from(words, level);
  const table = tableOf(words, level);
  const out = new Uint16Array(words.length);
  for (let i = 0; i < words.length; i++) out[i] = table[words[i]!]!;
  return out;
}

/** `level` of the words that occur. */
function tableOf(words: Uint8Array | Uint16Array, level: (word: number) => number): Uint16Array {
  const table = new Uint16Array(65_536);
  const used = usedWords(words);
  for (let word = 0; word < used.length; word++) if (used[word] === 1) table[word] = level(word);
  return table;
}

function usedWords(words: Uint8Array | Uint16Array): Uint8Array {
  const used = new Uint8Array(65_536);
  for (let i = 0; i < words.length; i++) used[words[i]!] = 1;
  return used;
}

/** From the least to the most of a frame. */
function rangeOf(words: Words, measure: (word: number) => number | undefined): Curve {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const see = (word: number) => {
    const value = measure(word);
    if (value === undefined) return;
    if (value < least) least = value;
    if (value > most) most = value;
  };
  if (words instanceof Uint32Array) for (const word of words) see(word);
  else for (const [word, seen] of usedWords(words).entries()) if (seen === 1) see(word);
  return fullRange(least, most);
}

/** Whether a stored value fills the place of a pixel that was not measured (PS3.3 C.7.5.1.1.2). */
function paddingOf(layers: Layers, signed: boolean): (value: number) => boolean {
  const of = (tag: string) => {
    const holder = holding(layers, tag);
    return signed ? holder?.int16(tag) : holder?.uint16(tag);
  };
  const padding = of(TAG.padding);
  if (padding === undefined) return () => false;
  const limit = of(TAG.paddingLimit) ?? padding;
  const [least, most] = padding < limit ? [padding, limit] : [limit, padding];
  return (value) => value >= least && value <= most;
}
