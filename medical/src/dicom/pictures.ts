/** The chosen frames of a DICOM file, as pictures at their own size. */

import {
  BlankError,
  chooseFrames,
  type FrameChoice,
  type RawPicture,
  type Unusable,
  type WindowChoice,
} from '@onnoise/base/pictures';
import { pixelShapeOf } from './aspect.ts';
import { decompress } from './codecs.ts';
import { isMonochrome, isYbr, toRgb } from './colour.ts';
import { type PixelFormat, pixelFormatOf } from './format.ts';
import { compressedFrame, plainFrame } from './frame-bytes.ts';
import { groupsOf } from './groups.ts';
import { type DicomFile, parseDicom } from './parse.ts';
import { placeOf } from './plane.ts';
import { type Syntax, syntaxOf } from './syntaxes.ts';
import { TAG } from './tags.ts';
import { isHounsfield, isInverted, layersOf, toGray } from './tone.ts';
import { type Words, wordsOf } from './words.ts';

export interface DicomOptions {
  window: WindowChoice;
  frames: FrameChoice;
  /** Whether a picture in colour is refused. */
  grayOnly: boolean;
}

interface DicomPicture extends RawPicture {
  /** See `Picture`. */
  hounsfield: boolean;
  inverted: boolean;
}

export interface DicomPictures {
  /** How many frames the file has. */
  count: number;
  /** Whether the file says that text is burnt into its pixels. */
  burnedIn: boolean;
  /** Whether it says that it is synthetic and of a phantom, as those of `pipeline phantom` do. */
  phantom: boolean;
  /** See `Frame`. */
  groups: string[];
  /** The chosen ones in order, each decoded when it is asked for; or why one alone cannot be used. */
  pictures: AsyncIterable<DicomPicture | Unusable>;
}

/** @throws Error with the reason why the file cannot be used; `pictures` throws too */
export function openDicom(bytes: Uint8Array, options: DicomOptions): DicomPictures {
  const file = parseDicom(bytes);
  const syntax = syntaxOf(file.syntax);
  const format = pixelFormatOf(file.data);
  if (options.grayOnly && !isMonochrome(format)) {
    throw new Error(
      `a picture in colour (${format.photometric || 'of an unknown kind'}), where channels 1 asks for gray`,
    );
  }
  const says = (tag: string) => file.data.string(tag)?.trim() === 'YES';
  const chosen = chooseFrames(options.frames, format.frames);
  return {
    count: format.frames,
    burnedIn: says(TAG.burnedIn),
    phantom: says(TAG.synthetic) && says(TAG.ofPhantom),
    groups: groupsOf(file.data),
    pictures: read(file, syntax, format, chosen, options.window),
  };
}

async function* read(
  { data }: DicomFile,
  syntax: Syntax,
  format: PixelFormat,
  chosen: readonly number[],
  window: WindowChoice,
): AsyncGenerator<DicomPicture | Unusable> {
  const { rows: height, columns: width } = format;
  for (const k of chosen) {
    const layers = layersOf(data, k);
    const { words, planar, converted } = await wordsOfFrame({ data, syntax, format }, k);
    try {
      const pixels = isMonochrome(format)
        ? toGray(words, format, layers, window)
        : toRgb(words, format, data, { planar, converted });
      const tone = { hounsfield: isHounsfield(layers), inverted: isInverted(format, layers) };
      yield { width, height, pixels, place: placeOf(data, k), ...pixelShapeOf(layers), ...tone };
    } catch (error) {
      if (!(error instanceof BlankError)) throw error;
      yield { reason: format.frames === 1 ? error.message : `frame ${k + 1}: ${error.message}` };
    }
  }
}

export interface Opened {
  data: DicomFile['data'];
  syntax: Syntax;
  format: PixelFormat;
}

/** The stored words of frame `k`, from 0. @throws Error with the reason where they cannot be read */
export async function wordsOfFrame(
  { data, syntax, format }: Opened,
  k: number,
): Promise<{ words: Words; planar: boolean; converted: boolean }> {
  const { rows, columns, samples, bitsAllocated } = format;
  const { decoder, bigEndian = false } = syntax;
  const values = rows * columns * samples;
  if (decoder === undefined) {
    const bytes = plainFrame(data, format, k, bigEndian);
    const wordBytes = (bitsAllocated / 8) as 1 | 2 | 4;
    const words = wordsOf(bytes, wordBytes, bigEndian);
    return { words, planar: format.planar, converted: false };
  }
  const toRgb = decoder === 'decodeJpeg' && isYbr(format);
  const { bytes, planar } = await decompress(compressedFrame(data, format, k), format, decoder, toRgb);
  const wordBytes = bytes.length / values;
  if (wordBytes !== 1 && wordBytes !== 2 && wordBytes !== 4) {
    throw new Error(`damaged: its compressed pixels are not ${columns} x ${rows}`);
  }
  return { words: wordsOf(bytes, wordBytes, false), planar, converted: toRgb };
}
