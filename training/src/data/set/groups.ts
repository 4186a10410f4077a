/**
 * Which images are held out together: those of one value in the column that the user named, else of one patient, else of
 * one study, else of one file. Otherwise a model would be
 * judged by pictures that are nearly those that it learnt from.
 */

/** What a picture has in common with others, from the widest to the narrowest; empty where it is not known. */
export type Levels = readonly string[];

/** Every image of a set is in one of so many groups at least, and the largest has at most half of the images. */
const FEWEST = 4;

/** @param chosen whether the user named what the widest level is: it then counts, however few groups it makes */
export function createGrouping(chosen = false) {
  const images: { levels: Levels; file: number }[] = [];
  return {
    /** In the order of the images. @param file number of the file, the narrowest level of all */
    add(levels: Levels = [], file: number): void {
      images.push({ levels, file });
    },
    /** A number for each image, equal within a group; undefined where each image is for itself. */
    numbers(): number[] | undefined {
      const deepest = images.reduce((most, { levels }) => Math.max(most, levels.length), 0);
      for (let level = 0; level < deepest; level++) {
        // An image of which this is not known is grouped by what is known of it.
        const keyed = images.map(({ levels, file }) => levels.slice(level).find((key) => key !== '') ?? `file ${file}`);
        const numbers = numbered(keyed);
        if ((chosen && level === 0) || suits(numbers)) return isTrivial(numbers) ? undefined : numbers;
      }
      const files = numbered(images.map(({ file }) => String(file)));
      return isTrivial(files) || !suits(files) ? undefined : files;
    },
  };
}

function numbered(keys: readonly string[]): number[] {
  const numbers = new Map<string, number>();
  return keys.map((key) => {
    const known = numbers.get(key) ?? numbers.size;
    numbers.set(key, known);
    return known;
  });
}

const isTrivial = (numbers: readonly number[]) => numbers.every((number, i) => number === i);

function suits(numbers: readonly number[]): boolean {
  const sizes = new Map<number, number>();
  for (const number of numbers) sizes.set(number, (sizes.get(number) ?? 0) + 1);
  return sizes.size >= FEWEST && Math.max(...sizes.values()) <= numbers.length / 2;
}
