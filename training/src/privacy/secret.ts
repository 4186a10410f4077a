/**
 * The randomness of a private run: AES-128 in counter mode under a key that is drawn when the run starts and never leaves its folder.
 * Who knows the key can subtract the noise. Any part of a stream can be computed directly, so a continued run repeats it to the bit;
 * Philox, which draws everything else, was not made to hide its key.
 */
import { createCipheriv, createHmac, randomBytes } from 'node:crypto';
import { gaussianFrom } from '@onnoise/scheduler';

/** 32 hexadecimal digits. */
export const drawKey = (): string => randomBytes(16).toString('hex');

export const isKey = (key: unknown): key is string => typeof key === 'string' && /^[0-9a-f]{32}$/.test(key);

/** A hash that only who has the key can compute. */
export const sealed = (key: string, text: string): string =>
  createHmac('sha256', Buffer.from(key, 'hex')).update(text).digest('hex');

/** What the words of an update are for: each has a stream of its own. */
const PURPOSES = { sample: 1, pick: 2, seed: 3, noise: 4 } as const;
type Purpose = keyof typeof PURPOSES;

export interface SecretStream {
  /** The first random words of an update for a purpose. @param update counts from 0 */
  words(purpose: Purpose, update: number, count: number): Uint32Array;
  /** Unit normal noise of an update. */
  noise(update: number, count: number): Float32Array;
}

/** Words that are made at once: memory stays small, and a block costs next to nothing. */
const CHUNK = 1 << 14;
/** Normals whose sum is one of the noise. */
const SUMMED = 4;

export function secretStream(key: string): SecretStream {
  const bytes = Buffer.from(key, 'hex');
  /** Words one after the other. */
  function source(purpose: Purpose, update: number) {
    const start = Buffer.alloc(16);
    start.writeUInt32BE(PURPOSES[purpose], 0);
    start.writeBigUInt64BE(BigInt(update), 4);
    const cipher = createCipheriv('aes-128-ctr', bytes, start);
    return (count: number): Uint32Array => {
      const made = cipher.update(Buffer.alloc(4 * count));
      const words = new Uint32Array(count);
      new Uint8Array(words.buffer).set(made);
      return words;
    };
  }
  return {
    words: (purpose, update, count) => source(purpose, update)(count),
    noise(update, count) {
      const more = source('noise', update);
      const noise = new Float32Array(count);
      for (let at = 0; at < count; at += CHUNK / SUMMED) {
        const size = Math.min(CHUNK / SUMMED, count - at);
        const words = more(SUMMED * size);
        const normals = new Float64Array(SUMMED * size);
        gaussianFrom((index, out) => out.set(words.subarray(4 * index, 4 * index + 4)), 0, normals);
        for (let i = 0; i < size; i++) {
          // Half the sum of four: its last bits cannot be traced back to the sum that it hides, as those of one normal from 32 bits
          // can (Mironov 2012; Holohan and Braghin 2021), and its tail reaches twice as far out.
          noise[at + i] = (normals[4 * i]! + normals[4 * i + 1]! + normals[4 * i + 2]! + normals[4 * i + 3]!) / 2;
        }
      }
      return noise;
    },
  };
}
