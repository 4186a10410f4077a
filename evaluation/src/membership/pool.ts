/**
 * The images of an audit as one dataset: those that the model was trained on, then those that it has never seen. Shadow models are trained
 * on halves of it.
 */
import { createHash } from 'node:crypto';
import type { Dataset } from '@onnoise/training/data';

/** Images of a dataset. */
export interface Part {
  dataset: Dataset;
  numbers: Uint32Array;
}

export interface Pool {
  /** All of its images are `train`. */
  dataset: Dataset;
  /** How many of them, the first ones, the model was trained on. */
  members: number;
  /** Equal numbers for images that belong together: of a patient, a file, or with the very same pixels. [count] */
  groups: Int32Array;
}

/** Images that are read at a time. */
const READ_AT_ONCE = 64;

/** SHA-256 (hex) of the prepared pixels of each image. */
export async function pixelHashes({ dataset, numbers }: Part): Promise<string[]> {
  const { channels, height, width } = dataset;
  const size = channels * height * width;
  const hashes: string[] = [];
  for (let first = 0; first < numbers.length; first += READ_AT_ONCE) {
    const some = numbers.subarray(first, first + READ_AT_ONCE);
    const pixels = dataset.readDeep ? new Uint16Array(some.length * size) : new Uint8Array(some.length * size);
    await (dataset.readDeep ? dataset.readDeep(some, pixels as Uint16Array) : dataset.read(some, pixels as Uint8Array));
    for (let i = 0; i < some.length; i++) {
      const image = pixels.subarray(i * size, (i + 1) * size);
      const bytes = new Uint8Array(image.buffer, image.byteOffset, image.byteLength);
      hashes.push(createHash('sha256').update(bytes).digest('hex'));
    }
  }
  return hashes;
}

/** @param hashes of the pixels of the members, and of the others */
export function joinPool(members: Part, others: Part, hashes: readonly [readonly string[], readonly string[]]): Pool {
  const parts = [members, others] as const;
  const places = parts.flatMap(({ numbers }, part) => Array.from(numbers, (number) => ({ part, number })));
  const { channels, height, width, ...about } = members.dataset;
  const size = channels * height * width;
  const numbers = Uint32Array.from(places, (_, i) => i);
  const { labels, conditions, beside, readDeep } = about;
  const of = <T>(part: number, pick: (dataset: Dataset) => T) => pick(parts[part]!.dataset);
  const joined: Dataset = {
    ...about,
    hash: poolHash(parts),
    count: places.length,
    channels,
    height,
    width,
    ...(labels && { labels: Int32Array.from(places, ({ part, number }) => of(part, (d) => d.labels![number]!)) }),
    ...(conditions && {
      conditions: {
        names: conditions.names,
        values: Float64Array.from(
          places.flatMap(({ part, number }) => {
            const { values, names } = of(part, (d) => d.conditions!);
            return Array.from(values.subarray(number * names.length, (number + 1) * names.length));
          }),
        ),
      },
    }),
    ...(beside && {
      beside: {
        ...beside,
        read: readFrom(places, beside.channels * height * width, (part, n, out: Uint8Array) =>
          of(part, (d) => d.beside!.read(n, out)),
        ),
      },
    }),
    train: numbers,
    validation: new Uint32Array(0),
    skipped: [],
    notes: [],
    read: readFrom(places, size, (part, n, out: Uint8Array) => of(part, (d) => d.read(n, out))),
    ...(readDeep && {
      readDeep: readFrom(places, size, (part, n, out: Uint16Array) => of(part, (d) => d.readDeep!(n, out))),
    }),
    // Whoever opened the parts closes them.
    close() {},
  };
  return { dataset: joined, members: members.numbers.length, groups: groupsOf(parts, hashes.flat()) };
}

function readFrom<T extends Uint8Array | Uint16Array>(
  places: readonly { part: number; number: number }[],
  size: number,
  read: (part: number, numbers: readonly number[], out: T) => Promise<void> | void,
) {
  return async (indices: ArrayLike<number>, out: T) => {
    for (let i = 0; i < indices.length; i++) {
      const { part, number } = places[indices[i]!]!;
      await read(part, [number], out.subarray(i * size, (i + 1) * size) as T);
    }
  };
}

function poolHash(parts: readonly Part[]): string {
  const hash = createHash('sha256');
  for (const { dataset, numbers } of parts) hash.update(`${dataset.hash} ${numbers.join(' ')}\n`);
  return hash.digest('hex');
}

/** Images are in one group if they share a group of their dataset, or their pixels; and so are those that share one with them. */
function groupsOf(parts: readonly Part[], hashes: readonly string[]): Int32Array {
  const above = hashes.map((_, i) => i);
  const top = (i: number): number => {
    while (above[i] !== i) i = above[i] = above[above[i]!]!;
    return i;
  };
  const firsts = new Map<string, number>();
  const join = (key: string, i: number) => {
    const first = firsts.get(key);
    if (first === undefined) firsts.set(key, i);
    else above[top(i)] = top(first);
  };
  for (const [image, hash] of hashes.entries()) join(hash, image);
  let i = 0;
  for (const [part, { dataset, numbers }] of parts.entries()) {
    // Groups of one dataset have numbers that say nothing of another's.
    const same = part === 1 && dataset === parts[0]!.dataset ? 0 : part;
    for (const number of numbers) {
      const group = dataset.groups?.[number];
      if (group !== undefined) join(`${same} ${group}`, i);
      i++;
    }
  }
  const numbered = new Map<number, number>();
  return Int32Array.from(above, (_, i) => {
    const root = top(i);
    if (!numbered.has(root)) numbered.set(root, numbered.size);
    return numbered.get(root)!;
  });
}
