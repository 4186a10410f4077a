/** Pictures that are kept for a while under an address that nobody can guess, for clients that want addresses. */
import { randomBytes } from 'node:crypto';

export interface KeptPicture {
  bytes: Buffer;
  type: string;
}

export interface KeptPictures {
  /** @param pictures of one answer, which are all kept, however large they are. @returns their names */
  keep(pictures: readonly KeptPicture[]): string[];
  find(name: string): KeptPicture | undefined;
}

/** How long a picture is kept, in seconds, and the most bytes of all, from which those of the oldest answers go first. */
export const KEPT_SECONDS = 3600;
const MOST_BYTES = 64 * 1024 * 1024;

/** @param now milliseconds of a clock */
export function createKeptPictures(now: () => number = Date.now): KeptPictures {
  const kept = new Map<string, KeptPicture & { until: number }>();
  let bytes = 0;
  /** Forgets pictures from the oldest on, as long as `isOver` says so. */
  function forget(isOver: (until: number) => boolean): void {
    for (const [name, picture] of kept) {
      if (!isOver(picture.until)) return;
      kept.delete(name);
      bytes -= picture.bytes.length;
    }
  }
  return {
    keep(pictures) {
      forget((until) => until <= now());
      bytes += pictures.reduce((sum, picture) => sum + picture.bytes.length, 0);
      forget(() => bytes > MOST_BYTES); // those of this answer are not among them yet
      return pictures.map((picture) => {
        const name = randomBytes(16).toString('hex');
        kept.set(name, { ...picture, until: now() + KEPT_SECONDS * 1000 });
        return name;
      });
    },
    find(name) {
      forget((until) => until <= now());
      return kept.get(name);
    },
  };
}
