/** Reading images by number, from memory or from the prepared file. */
import { closeSync, openSync, read } from 'node:fs';
import { diskFailure } from '@onnoise/base/files';
import { Failure } from '@onnoise/base/terminal';
import { checkInteger, InputError } from '@onnoise/scheduler/rules';
import type { Dataset } from './types.ts';

/** Copies images by number into `out`, one after the other. */
export interface PixelReader {
  read(indices: ArrayLike<number>, out: Uint8Array): Promise<void> | void;
  close(): void;
}

function checkRead(indices: ArrayLike<number>, out: Uint8Array, count: number, imageBytes: number): void {
  if (out.length !== indices.length * imageBytes) {
    throw new InputError(
      `Cannot read images: out must be ${indices.length} x ${imageBytes} bytes, received ${out.length}.`,
    );
  }
  for (let i = 0; i < indices.length; i++) checkInteger('read images', 'an image number', indices[i], 0, count - 1);
}

/** Reads from images held in memory: [count, imageBytes]. */
export function memoryReader(data: Uint8Array, imageBytes: number): PixelReader {
  const count = data.length / imageBytes;
  return {
    read(indices, out) {
      checkRead(indices, out, count, imageBytes);
      for (let i = 0; i < indices.length; i++) {
        const from = indices[i]! * imageBytes;
        out.set(data.subarray(from, from + imageBytes), i * imageBytes);
      }
    },
    close() {},
  };
}

/** Reads by position from a file of `count` images, without a cache. The first read opens the file. */
export function fileReader(path: string, count: number, imageBytes: number): PixelReader {
  let file: number | undefined;
  const readOne = (index: number, out: Uint8Array, at: number) =>
    new Promise<void>((resolve, reject) => {
      read(file!, out, at, imageBytes, index * imageBytes, (error, bytes) => {
        if (error) reject(diskFailure(error, `read the prepared images in ${path}`));
        else if (bytes < imageBytes) {
          reject(new Failure(`Cannot read image ${index}: ${path} was cut short after it was prepared.`));
        } else resolve();
      });
    });
  return {
    async read(indices, out) {
      checkRead(indices, out, count, imageBytes);
      file ??= openPrepared(path);
      await Promise.all(Array.from(indices, (index, i) => readOne(index, out, i * imageBytes)));
    },
    close() {
      if (file !== undefined) closeSync(file);
      file = undefined;
    },
  };
}

/** Reads images of 16 bits, as they are and rounded to 8. @param reader of their bytes */
export function deepReader(reader: PixelReader): PixelReader & Required<Pick<Dataset, 'readDeep'>> {
  const readDeep = (indices: ArrayLike<number>, out: Uint16Array) =>
    reader.read(indices, new Uint8Array(out.buffer, out.byteOffset, out.byteLength));
  return {
    readDeep,
    async read(indices, out) {
      const levels = new Uint16Array(out.length);
      await readDeep(indices, levels);
      for (let i = 0; i < out.length; i++) out[i] = (levels[i]! + 128) / 257;
    },
    close: reader.close,
  };
}

function openPrepared(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    throw diskFailure(error, `read the prepared images in ${path}`);
  }
}
