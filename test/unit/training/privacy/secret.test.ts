import { createCipheriv } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { recordsOf, sampleImages, seedOf } from '#training/privacy/sample.ts';
import { drawKey, isKey, sealed, secretStream } from '#training/privacy/secret.ts';

const KEY = '000102030405060708090a0b0c0d0e0f';
const mean = (values: ArrayLike<number>, of = (value: number) => value) =>
  Array.from(values).reduce((sum, value) => sum + of(value), 0) / values.length;

describe('a secret stream', () => {
  it('is AES in counter mode, at a place of its own for each purpose and update', () => {
    const block = Buffer.from('00000001'.concat('0000000000000007', '00000000'), 'hex');
    const cipher = createCipheriv('aes-128-ecb', Buffer.from(KEY, 'hex'), null).setAutoPadding(false);
    const first = cipher.update(block);
    expect(Buffer.from(secretStream(KEY).words('sample', 7, 4).buffer)).toEqual(first);
    const words = (purpose: 'sample' | 'pick', update: number) => [...secretStream(KEY).words(purpose, update, 4)];
    expect(new Set([words('sample', 7), words('pick', 7), words('sample', 8)].map(String)).size).toBe(3);
  });

  it('has unit normal noise, the same again for an update and other noise for the next', () => {
    const [stream, count] = [secretStream(KEY), 40_001];
    const noise = stream.noise(3, count);
    expect(stream.noise(3, count)).toEqual(noise);
    expect(stream.noise(4, count)).not.toEqual(noise);
    expect(Math.abs(mean(noise))).toBeLessThan(4 / Math.sqrt(count));
    expect(Math.abs(mean(noise, (value) => value ** 2) - 1)).toBeLessThan(4 * Math.sqrt(2 / count));
    expect(Math.abs(mean(noise, (value) => value ** 4) - 3)).toBeLessThan(4 * Math.sqrt(96 / count));
  });

  it('begins with a key of 128 random bits, without which a sealed text cannot be computed', () => {
    expect(isKey(drawKey())).toBe(true);
    for (const key of ['', `${KEY}0`, KEY.replace('0', 'G'), undefined, 7]) expect(isKey(key)).toBe(false);
    expect(sealed(KEY, 'images')).toMatch(/^[0-9a-f]{64}$/);
    expect(sealed(KEY, 'images')).toBe(sealed(KEY, 'images'));
    expect(sealed(drawKey(), 'images')).not.toBe(sealed(KEY, 'images'));
  });
});

describe('the images of an update', () => {
  const train = Uint32Array.from({ length: 200 }, (_, i) => 3 * i);

  it('are taken each with the same chance, whatever the others do', () => {
    const secret = secretStream(KEY);
    const records = recordsOf(train);
    const [updates, rate] = [400, 0.1];
    const times = new Map<number, number>();
    const counts = Array.from({ length: updates }, (_, update) => {
      const images = sampleImages(records, rate, secret, update);
      for (const image of images) times.set(image, (times.get(image) ?? 0) + 1);
      return images.length;
    });
    const size = train.length * rate;
    expect(Math.abs(mean(counts) - size)).toBeLessThan(4 * Math.sqrt((size * (1 - rate)) / updates));
    // Their number varies as that of independent draws does.
    const variance = mean(counts, (count) => (count - size) ** 2);
    expect(variance / (size * (1 - rate))).toBeGreaterThan(0.7);
    expect(variance / (size * (1 - rate))).toBeLessThan(1.4);
    expect(times.size).toBe(train.length);
  });

  it('are one of each group that is taken, any of its images', () => {
    const groups = Array.from({ length: 600 }, (_, image) => Math.floor(image / 12));
    const records = recordsOf(train, groups);
    expect(records).toHaveLength(50);
    const seen = new Set<number>();
    for (let update = 0; update < 100; update++) {
      const images = sampleImages(records, 0.5, secretStream(KEY), update);
      expect(new Set(Array.from(images, (image) => groups[image])).size).toBe(images.length);
      for (const image of images) seen.add(image);
    }
    expect(seen.size).toBe(train.length);
  });

  it('may be none or all', () => {
    const secret = secretStream(KEY);
    expect(sampleImages(recordsOf(train), 1e-12, secret, 0)).toHaveLength(0);
    expect(sampleImages(recordsOf(train), 1, secret, 0)).toEqual(train);
    expect(seedOf(secret, 0)).not.toBe(seedOf(secret, 1));
    expect(Number.isSafeInteger(seedOf(secret, 0))).toBe(true);
  });
});
