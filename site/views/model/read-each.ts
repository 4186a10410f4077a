/** Pictures from the visitor's files: an even choice of many, and why some are left out. They stay on this page. */
import { InputError } from '@onnoise/scheduler/rules';
import { NoPicture } from '../../state/decode-picture.ts';
import type { Rgba } from '../../state/picture.ts';
import { readFile } from '../../state/read-picture.ts';
import type { Listed } from './drop.ts';

export interface Read<T> {
  /** Of how many the pictures are an even choice; null: all are read. */
  of: number | null;
  pictures: T[];
  /** The files that were left out, and why, to end a sentence with; null: none. */
  leftOut: string | null;
}

const HIDDEN = /(^|\/)\./;
const PICTURE = /\.(png|jpe?g|webp|gif|avif|bmp)$/i;

/** Files in the order of their paths; of more than `most`, every so many-th, so that each folder has its share. */
export function chooseEvenly<T extends { path: string }>(
  files: readonly T[],
  most: number,
): { chosen: T[]; of: number } {
  const visible = files.filter(({ path }) => !HIDDEN.test(path)).sort((a, b) => (a.path < b.path ? -1 : 1));
  const named = visible.filter(({ path }) => PICTURE.test(path));
  // By their names most are pictures; where they have no such names, reading tells.
  const all = named.length > most ? named : visible;
  const count = Math.min(all.length, most);
  const chosen = Array.from({ length: count }, (_, i) => all[Math.floor((i * all.length) / count)]!);
  return { chosen, of: all.length };
}

/**
 * Reads files, in the order of their paths.
 * @param most of them
 * @param keep makes of a picture what is kept of it
 * @throws InputError where none is a picture
 */
export async function readEach<T>(
  files: readonly Listed[],
  most: number,
  keep: (image: Rgba, path: string) => T,
  onProgress: (done: number, total: number) => void,
): Promise<Read<T>> {
  const { chosen, of } = chooseEvenly(files, most);
  const pictures: T[] = [];
  const others = new Map<string, string[]>();
  for (const [i, { path, open }] of chosen.entries()) {
    onProgress(i, chosen.length);
    const image = await open()
      .then((file) => readFile(file, path))
      .catch((error: unknown) => {
        const received = error instanceof NoPicture ? error.received : 'a file that cannot be read';
        others.set(received, [...(others.get(received) ?? []), path]);
      });
    if (image) pictures.push(keep(image, path));
  }
  const leftOut = others.size === 0 ? null : othersOf(others);
  if (pictures.length > 0) return { of: of > chosen.length ? of : null, pictures, leftOut };
  throw new InputError(`Cannot read the pictures: they must be PNG, JPEG, WebP or GIF, received ${leftOut ?? 'none'}.`);
}

/** `a.heic and 2 more (a HEIC picture, ...), b.png (...)` @param others paths by what the files are */
function othersOf(others: ReadonlyMap<string, readonly string[]>): string {
  return [...others]
    .map(([received, [first, ...more]]) => `${first}${more.length > 0 ? ` and ${more.length} more` : ''} (${received})`)
    .join(', ');
}
