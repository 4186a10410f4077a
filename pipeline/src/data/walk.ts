/** The image files below a folder, in an order that does not depend on the machine. */
import { closeSync, openSync, readdirSync, readSync, realpathSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';

export interface ImageFile {
  /** Path below the folder, with forward slashes. */
  path: string;
  bytes: number;
  /** Milliseconds since 1970. */
  modified: number;
}

export interface Walk {
  /** Ascending by path (UTF-16 code units). */
  images: ImageFile[];
  /** How many other files there are, by extension (`.bmp`; `''` for none). */
  others: Map<string, number>;
}

/** Extensions of the formats that sharp's prebuilt binaries read. Whether a file is readable is found when it is read. */
const EXTENSIONS = new Set('.jpg .jpeg .jpe .jfif .png .webp .gif .tif .tiff .avif .heic .heif .svg'.split(' '));

/**
 * Lists the images below `folder`, nested to any depth. Names that begin with a dot and `__MACOSX` are left out. Links are
 * followed, a folder that contains itself once. A file without an extension counts when its first bytes are an image's.
 */
export function walkImages(folder: string): Walk {
  const images: ImageFile[] = [];
  const others = new Map<string, number>();
  const visit = (below: string, ancestors: string[]) => {
    const here = join(folder, below);
    const real = realpathSync(here);
    if (ancestors.includes(real)) return;
    for (const entry of readdirSync(here)) {
      if (entry.startsWith('.') || entry === '__MACOSX') continue;
      const path = below === '' ? entry : `${below}/${entry}`;
      const full = join(folder, path);
      const stat = statSync(full, { throwIfNoEntry: false });
      if (!stat) continue; // a dangling link
      if (stat.isDirectory()) {
        visit(path, [...ancestors, real]);
      } else if (stat.isFile()) {
        const extension = extname(entry).toLowerCase();
        const image = EXTENSIONS.has(extension) || (extension === '' && startsLikeImage(full));
        if (image) images.push({ path, bytes: stat.size, modified: stat.mtimeMs });
        else others.set(extension, (others.get(extension) ?? 0) + 1);
      }
    }
  };
  visit('', []);
  images.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { images, others };
}

/** Tells JPEG, PNG, GIF, WebP, TIFF and AVIF by their first bytes. */
function startsLikeImage(path: string): boolean {
  const head = Buffer.alloc(12);
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return false;
  }
  try {
    readSync(file, head, 0, 12, 0);
  } finally {
    closeSync(file);
  }
  const text = head.toString('latin1');
  return (
    text.startsWith('\xff\xd8\xff') ||
    text.startsWith('\x89PNG\r\n\x1a\n') ||
    text.startsWith('GIF8') ||
    text.startsWith('II*\0') ||
    text.startsWith('MM\0*') ||
    (text.startsWith('RIFF') && text.endsWith('WEBP')) ||
    text.slice(4, 12) === 'ftypavif'
  );
}

/** `3 .bmp, 1 .txt`, most frequent first, at most five kinds. */
export function describeOthers(others: Map<string, number>): string {
  const kinds = [...others].sort((a, b) => b[1] - a[1]);
  const named = kinds.slice(0, 5).map(([extension, n]) => `${n} ${extension || 'without extension'}`);
  return named.join(', ') + (kinds.length > 5 ? ', ...' : '');
}
