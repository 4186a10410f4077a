import { createHash } from 'node:crypto';
import { gaussian, InputError } from '@onnoise/scheduler';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

describe('gaussian', () => {
  it('gives any part of a stream without what came before', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.nat(40), fc.nat(30), (seed, offset, length) => {
        const part = new Float32Array(length);
        gaussian(seed, offset, part);
        const whole = new Float32Array(80);
        gaussian(seed, 0, whole);
        expect(part).toEqual(whole.subarray(offset, offset + length));
      }),
    );
  });

  // sha256 of 100,000 values as little-endian float32, from a version that summed the series in plain loops
  it.each([
    [0, 0, 0, 'ae6f46007d36508a9886de292ac8fe396168484fc33369e94b8ca80f5c38f3b3'],
    [37, 4704, 0, 'a31a365f7a1ea23512912980497e6c17f649076587a6ac1d591b8442dd18c3e1'],
    [2 ** 40 + 5, 3, 7, '0432b0810efefa15d71117af0b0079d685a65a855d71dd859180693d64d8e83d'],
    [2 ** 53 - 1, 2 ** 45 + 1, 2 ** 32 - 1, '4c5791694e24757ad42cbad3f818e0071319d2498e3677af36a7832124ac849d'],
  ])('gives the same bits for ever (seed %i, offset %i, stream %i)', (seed, offset, stream, digest) => {
    const out = new Float32Array(100_000);
    gaussian(seed, offset, out, stream);
    expect(createHash('sha256').update(new Uint8Array(out.buffer)).digest('hex')).toBe(digest);
  });

  it('is finite far into a stream', () => {
    const out = new Float32Array(1000);
    gaussian(1, 2 ** 45 + 1, out);
    expect(out.every((value) => Math.abs(value) < 6.8)).toBe(true);
  });

  it.each([
    [-1, 0],
    [0.5, 0],
    [0, -4],
    [0, 1.5],
  ])('refuses seed %s with offset %s', (seed, offset) => {
    expect(() => gaussian(seed, offset, new Float32Array(1))).toThrow(InputError);
  });
});
