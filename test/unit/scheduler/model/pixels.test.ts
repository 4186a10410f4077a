import { toByte, toBytes } from '@onnoise/scheduler/model';
import { describe, expect, test } from 'vitest';

describe('toByte', () => {
  test('maps -1 to 0, 0 to the middle and 1 to 255, and cuts what is beyond', () => {
    expect([-1, 0, 1, -7, 7, Number.NaN, Number.POSITIVE_INFINITY].map(toByte)).toEqual([0, 128, 255, 0, 255, 0, 255]);
  });

  test('undoes byte / 127.5 - 1 for every byte', () => {
    for (let byte = 0; byte < 256; byte++) expect(toByte(Math.fround(byte / 127.5 - 1))).toBe(byte);
  });

  test('rounds halves up, alone and in a picture', () => {
    const halves = Float32Array.of(0.5, 126.5, 127.5, 128.5, 253.5).map((byte) => byte / 127.5 - 1);
    const exact = [...halves].filter((value) => ((value + 1) * 127.5) % 1 === 0.5);
    expect(exact.length).toBeGreaterThan(0);
    for (const value of exact) expect(toByte(value)).toBe((value + 1) * 127.5 + 0.5);
    expect([...toBytes(halves)]).toEqual([...halves].map(toByte));
    expect([...toBytes(Float32Array.of(-1.5, Number.NaN, 0, 2))]).toEqual([0, 0, 128, 255]);
  });
});
