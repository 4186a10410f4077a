/**
 * Compressed pixels, by dcmjs-codecs: libjpeg of 8, 12 and 16 bits, CharLS, OpenJPEG, OpenJPH, libjxl and a run-length
 * decoder in WebAssembly. The package is optional and is loaded with the first compressed file: most radiographs are not
 * compressed, and it brings more code than all else that reads images here.
 */

import { loadOptional } from '@onnoise/base/install';
import type { NativeCodecs as Codecs, Context } from 'dcmjs-codecs';
import type { PixelFormat } from './format.ts';
import type { Decoder } from './syntaxes.ts';

const CODEC_PACKAGE = 'dcmjs-codecs';

interface Library {
  NativeCodecs: typeof Codecs;
  Context: typeof Context;
}

let library: Promise<Library> | undefined;

const load = (): Promise<Library> =>
  loadOptional('read compressed DICOM files', [CODEC_PACKAGE], async () => {
    const { default: codecs } = (await import('dcmjs-codecs')) as unknown as { default: typeof import('dcmjs-codecs') };
    codecs.log.setLevel('silent');
    await codecs.NativeCodecs.initializeAsync();
    return codecs;
  });

export interface Decoded {
  /** As many for a value as `bytesPerValue` says, little endian. */
  bytes: Uint8Array;
  planar: boolean;
}

/**
 * Decodes one frame. Its values keep the bits of `format`, without sign extension.
 * @param toRgb whether a JPEG's luma and chroma become RGB
 * @throws InputError where the package is not installed; Error with the reason where the stream cannot be decoded
 */
export async function decompress(
  stream: Uint8Array,
  format: PixelFormat,
  decoder: Decoder,
  toRgb: boolean,
): Promise<Decoded> {
  library ??= load();
  const { NativeCodecs, Context } = await library;
  const context = new Context({
    width: format.columns,
    height: format.rows,
    bitsAllocated: format.bitsAllocated,
    bitsStored: format.bitsStored,
    samplesPerPixel: format.samples,
    pixelRepresentation: format.signed ? 1 : 0,
    planarConfiguration: format.planar ? 1 : 0,
    photometricInterpretation: format.photometric || 'RGB',
    encodedBuffer: stream,
  });
  try {
    const decoded = NativeCodecs[decoder](context, { convertColorspaceToRgb: toRgb });
    return { bytes: decoded.getDecodedBuffer()!, planar: decoded.getPlanarConfiguration() === 1 };
  } catch {
    library = undefined; // an exception may leave its memory in any state
    throw new Error('damaged: its compressed pixels cannot be decoded');
  }
}
