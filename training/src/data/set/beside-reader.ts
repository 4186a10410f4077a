/** Reads what lies beside the images of a prepared set. */
import { join } from 'node:path';
import type { BesideImages } from './beside.ts';
import { maskLabelsOf, type StoredBeside } from './beside-writer.ts';
import { fileReader, memoryReader } from './pixel-reader.ts';
import { BESIDE_FILE, type Stored } from './stored.ts';

/** @param names of a mask's values */
export function besideReader(
  { folder, index: { count, width, height }, beside: data }: Stored,
  { channels, values }: StoredBeside,
  names: ReadonlyMap<number, string> | undefined,
): BesideImages & { close(): void } {
  const size = channels * width * height;
  const reader = data ? memoryReader(data, size) : fileReader(join(folder, BESIDE_FILE), count, size);
  if (values === undefined) return { channels, ...reader };
  const mask = maskLabelsOf(values, names);
  // From the order in which values appeared to the order of classes.
  const classOf = Uint8Array.from(values, (value) => mask.values?.indexOf(value) ?? value);
  return {
    channels,
    mask,
    async read(indices, out) {
      await reader.read(indices, out);
      for (let i = 0; i < out.length; i++) out[i] = classOf[out[i]!]!;
    },
    close: reader.close,
  };
}
