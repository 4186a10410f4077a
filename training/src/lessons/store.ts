/**
 * Lessons on disk: what the teacher's paths went through, chunk by chunk, in a folder of the run. How many there are stays when the
 * folder goes, since a place in their order means nothing without it.
 *
 * | file            | what                                                                              |
 * |-----------------|-----------------------------------------------------------------------------------|
 * | `<number>.f32`  | the lessons of a chunk: samples [n, calls + 1, C, H, W], float32, little-endian    |
 * | beside it: `<folder>.json` | how many there are, once all were made                                 |
 */
import { type FileHandle, open, readdir, readFile, rm, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { writeWhole } from '@onnoise/base/files';
import { InputError } from '@onnoise/scheduler/rules';

/** Lessons of a chunk: they are made together. */
export const CHUNK = 64;

const countPath = (folder: string) => `${folder}.json`;
const pathOf = (folder: string, chunk: number) => join(folder, `${String(chunk).padStart(5, '0')}.f32`);
const CHUNK_NAME = /^\d{5,}\.f32$/;

/** @param places samples of a lesson: one more than the student has calls @param size values of a sample */
export interface LessonShape {
  places: number;
  size: number;
}

/** @param samples [n, places, size] */
export const writeChunk = (folder: string, chunk: number, samples: Float32Array): Promise<void> =>
  writeWhole(pathOf(folder, chunk), new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength));

export async function hasChunk(folder: string, chunk: number, { places, size }: LessonShape): Promise<boolean> {
  const found = await stat(pathOf(folder, chunk)).catch(() => undefined);
  return found?.size === CHUNK * places * size * Float32Array.BYTES_PER_ELEMENT;
}

/** Removes the lessons, and their folder where nothing else lies in it. */
export async function removeLessons(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((name) => CHUNK_NAME.test(name))) await rm(join(folder, name));
  await rmdir(folder).catch(() => {});
}

export const writeCount = (folder: string, count: number): Promise<void> =>
  writeWhole(countPath(folder), `${JSON.stringify({ count })}\n`);

/** How many lessons there are; undefined where not all were made. */
export async function readCount(folder: string): Promise<number | undefined> {
  const text = await readFile(countPath(folder), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  return text === undefined ? undefined : (JSON.parse(text) as { count: number }).count;
}

export interface LessonReader {
  /** Samples `place` and the next ones of lessons, `many` of [n, size]. */
  read(lessons: ArrayLike<number>, places: ArrayLike<number>, many: number): Promise<Float32Array[]>;
  close(): Promise<void>;
}

export function openLessons(folder: string, { places, size }: LessonShape): LessonReader {
  const files = new Map<number, Promise<FileHandle>>();
  const fileOf = (chunk: number) => {
    const file = files.get(chunk) ?? open(pathOf(folder, chunk));
    files.set(chunk, file);
    return file;
  };
  const bytes = size * Float32Array.BYTES_PER_ELEMENT;
  return {
    async read(lessons, at, many) {
      const samples = Array.from({ length: many }, () => new Float32Array(lessons.length * size));
      const of = new Float32Array(many * size);
      for (let i = 0; i < lessons.length; i++) {
        const lesson = lessons[i]!;
        const chunk = Math.floor(lesson / CHUNK);
        const first = ((lesson % CHUNK) * places + at[i]!) * bytes;
        const file = await fileOf(chunk);
        const { bytesRead } = await file.read(new Uint8Array(of.buffer), 0, many * bytes, first);
        if (bytesRead !== many * bytes) {
          throw new InputError(
            `Cannot read the lessons: ${pathOf(folder, chunk)} must be whole, received a part of it.`,
          );
        }
        samples.forEach((sample, k) => {
          sample.set(of.subarray(k * size, (k + 1) * size), i * size);
        });
      }
      return samples;
    },
    async close() {
      await Promise.all(Array.from(files.values(), async (file) => (await file).close()));
    },
  };
}
