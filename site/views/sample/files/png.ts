/**
 * Writes PNG, still and animated (APNG), with the platform's deflate. It is lossless: a download has the same pixels.
 *
 * Source: PNG specification, third edition (W3C 2025): chunks, acTL, fcTL, fdAT.
 * Limits: 8 bits, gray, RGB or a palette, filter 0; needs CompressionStream (every browser since 2023).
 */
import type { Pixels } from '../state/layout.ts';

export interface PngFrame {
  pixels: Pixels;
  /** Milliseconds for which it is shown; ignored for a still. */
  delay: number;
}

const [GRAY, RGB, INDEXED] = [0, 2, 3];
const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/**
 * One frame gives a still, several an endless animation. `text` goes into tEXt chunks: Latin-1 keywords and values.
 * @param palette colours of the levels of one channel, red, green and blue of each; at most 256. Default: gray
 * @throws Error when there is no frame or the frames differ in size.
 */
export async function encodePng(
  frames: readonly PngFrame[],
  text: Readonly<Record<string, string>> = {},
  palette?: readonly (readonly [red: number, green: number, blue: number])[],
): Promise<Uint8Array<ArrayBuffer>> {
  const [first] = frames;
  if (!first) throw new Error('A picture needs at least one frame.');
  const { width, height, channels } = first.pixels;
  if (frames.some(({ pixels: p }) => p.width !== width || p.height !== height || p.channels !== channels)) {
    throw new Error('The frames of an animation must be of one size.');
  }
  const chunks: Uint8Array[] = [Uint8Array.from(SIGNATURE)];
  const colours = palette ? INDEXED : channels === 3 ? RGB : GRAY;
  chunks.push(chunk('IHDR', u32(width), u32(height), [8, colours, 0, 0, 0]));
  for (const [keyword, value] of Object.entries(text)) chunks.push(chunk('tEXt', latin1(`${keyword}\0${value}`)));
  if (palette) chunks.push(chunk('PLTE', palette.flat()));
  if (frames.length > 1) chunks.push(chunk('acTL', u32(frames.length), u32(0)));
  let sequence = 0;
  for (const [i, { pixels, delay }] of frames.entries()) {
    if (frames.length > 1) {
      const control = [...u32(width), ...u32(height), ...u32(0), ...u32(0), ...u16(delay), ...u16(1000), 0, 0];
      chunks.push(chunk('fcTL', u32(sequence++), control));
    }
    const data = await deflate(rows(pixels));
    chunks.push(i === 0 ? chunk('IDAT', data) : chunk('fdAT', u32(sequence++), data));
  }
  chunks.push(chunk('IEND'));
  return concat(chunks);
}

/** Every row with the filter byte 0 before it. */
function rows({ data, width, height, channels }: Pixels): Uint8Array<ArrayBuffer> {
  const stride = width * channels;
  const out = new Uint8Array((stride + 1) * height);
  for (let y = 0; y < height; y++) out.set(data.subarray(y * stride, (y + 1) * stride), y * (stride + 1) + 1);
  return out;
}

async function deflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function chunk(type: string, ...parts: ArrayLike<number>[]): Uint8Array {
  const body = concat([latin1(type), ...parts]);
  return concat([u32(body.length - 4), body, u32(crc32(body))]);
}

function concat(parts: readonly ArrayLike<number>[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

const u32 = (value: number) => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
const u16 = (value: number) => [(value >>> 8) & 255, value & 255];
const latin1 = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ CRC_TABLE[(crc ^ byte) & 255]!;
  return ~crc >>> 0;
}
