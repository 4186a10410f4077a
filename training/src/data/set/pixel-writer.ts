/** Writes data.bin in one pass over the source: gray until the first picture with colour, then all as RGB. */
import { type FileHandle, open, rename } from 'node:fs/promises';
import { grayToPlanes, toPlanes } from '@onnoise/base/pictures';
import { isGray, toGray } from '@onnoise/scheduler/model';

const BUFFER_BYTES = 4 << 20;

/**
 * @param plane pixels of one channel of one picture
 * @param forced 1 makes every picture gray, 3 keeps three channels; undefined keeps gray while no picture has colour
 * @param beforeRgb called before gray pictures are rewritten as RGB; its error ends the writing
 */
export async function createPixelWriter(
  path: string,
  plane: number,
  forced?: 1 | 3,
  beforeRgb: () => Promise<void> = async () => {},
) {
  let file = await open(path, 'w');
  let channels: 1 | 3 = forced ?? 1;
  let count = 0;
  let coloured = 0;
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;

  const flush = async () => {
    await writeAll(file, pending, pendingBytes);
    pending = [];
    pendingBytes = 0;
  };
  const toLayout = (pixels: Uint8Array): Uint8Array => {
    const three = pixels.length === 3 * plane;
    if (channels === 1) return three ? toGray(pixels) : pixels;
    if (!three) return grayToPlanes(pixels);
    // A picture without colour gives the same pixels before and after the first one with colour, and with forced
    // channels.
    return isGray(pixels) ? grayToPlanes(toGray(pixels)) : toPlanes(pixels);
  };
  return {
    /** Appends one picture: [n, n, 1 or 3] interleaved uint8. */
    async append(given: Uint8Array | Uint16Array): Promise<void> {
      const pixels = given as Uint8Array; // deeper ones are not asked for
      const hasColour = pixels.length === 3 * plane && !isGray(pixels);
      if (hasColour) coloured++;
      if (hasColour && channels === 1 && forced === undefined) {
        await beforeRgb();
        await flush();
        await file.close();
        file = await expandToRgb(path, plane);
        channels = 3;
      }
      const image = toLayout(pixels);
      pending.push(image);
      pendingBytes += image.length;
      count++;
      if (pendingBytes >= BUFFER_BYTES) await flush();
    },
    /** Writes the rest, and closes the file in any case. */
    async finish() {
      try {
        await flush();
        await file.sync();
      } finally {
        await file.close();
      }
      return { count, channels, coloured };
    },
    /** Closes the file without writing. */
    abandon: () => file.close().catch(() => {}), // it may be closed already; the caller reports the error
  };
}

type PixelWriter = Omit<Awaited<ReturnType<typeof createPixelWriter>>, 'finish'> & {
  finish(): Promise<{ count: number; channels: number; coloured: number }>;
};

/** The same for gray pictures of 16 bits; those of 8 bits have 257 times their levels, and no colour. */
export async function createDeepWriter(path: string, plane: number): Promise<PixelWriter> {
  const writer = await createPlaneWriter(path, 1, 16);
  let coloured = 0;
  return {
    ...writer,
    async append(pixels) {
      if (pixels.length === 3 * plane && !isGray(pixels as Uint8Array)) coloured++;
      await writer.append(pixels.length === plane ? pixels : toGray(pixels as Uint8Array));
    },
    finish: async () => ({ ...(await writer.finish()), coloured }),
  };
}

/** The same for pictures [C, H, W], of which no channel is a colour. Those of 16 bits are little-endian. */
export async function createPlaneWriter(path: string, channels: number, depth: number): Promise<PixelWriter> {
  const file = await open(path, 'w');
  let count = 0;
  return {
    async append(pixels) {
      const levels = depth === 16 && pixels instanceof Uint8Array ? deepened(pixels) : pixels;
      await file.writeFile(new Uint8Array(levels.buffer, levels.byteOffset, levels.byteLength));
      count++;
    },
    async finish() {
      try {
        await file.sync();
      } finally {
        await file.close();
      }
      return { count, channels, coloured: 0 };
    },
    abandon: () => file.close().catch(() => {}),
  };
}

const deepened = (levels: Uint8Array): Uint16Array => Uint16Array.from(levels, (level) => 257 * level);

/** A full disk may take a part without an error: writing the rest again gives the error. */
async function writeAll(file: FileHandle, buffers: Uint8Array[], bytes: number): Promise<void> {
  if (bytes === 0) return;
  const { bytesWritten } = await file.writev(buffers);
  if (bytesWritten < bytes) await file.writeFile(Buffer.concat(buffers).subarray(bytesWritten));
}

/** Rewrites a file of gray pictures as RGB and returns it open at its end. */
async function expandToRgb(path: string, plane: number): Promise<FileHandle> {
  const wide = await open(`${path}.rgb`, 'w');
  try {
    const gray = await open(path);
    const picture = new Uint8Array(plane);
    try {
      while ((await gray.read(picture, 0, plane, null)).bytesRead === plane)
        await wide.writeFile(grayToPlanes(picture));
    } finally {
      await gray.close();
    }
  } finally {
    await wide.close(); // Windows cannot rename an open file
  }
  await rename(`${path}.rgb`, path);
  return open(path, 'a');
}
