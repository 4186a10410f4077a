/** Pictures that are kept for a while under an address that nobody can guess, for clients that want addresses. */
import { randomBytes } from 'node:crypto';

export interface KeptPicture {
  bytes: Buffer;
  type: string;
}

export interface KeptPictures {
  /** @returns the picture's name */
  keep(picture: KeptPicture): string;
  find(name: string): KeptPicture | undefined;
}

/** How long a picture is kept, in seconds, and the most bytes of all, from which the oldest go first. */
export const KEPT_SECONDS = 3600;
const MOST_BYTES = 64 * 1024 * 1024;

/** @param now milliseconds of a clock */
export function createKeptPictures(now: () => number = Date.now): KeptPictures {
  const kept = new Map<string, KeptPicture & { until: number }>();
  let bytes = 0;
  function forget(isOver: (until: number) => boolean): void {
    for (const [name, picture] of kept) {
      if (!isOver(picture.until)) return; // those after it are younger
      kept.delete(name);
      bytes -= picture.bytes.length;
    }
  }
  return {
    keep(picture) {
      forget((until) => until <= now());
      const name = randomBytes(16).toString('hex');
      kept.set(name, { ...picture, until: now() + KEPT_SECONDS * 1000 });
      bytes += picture.bytes.length;
      forget(() => bytes > MOST_BYTES);
      return name;
    },
    find(name) {
      forget((until) => until <= now());
      return kept.get(name);
    },
  };
}
