import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { readSafetensors } from '#training/folder/safetensors.ts';

it('readSafetensors reads a file written by the Python library', async () => {
  // Made by scripts/golden/train.py.
  const path = fileURLToPath(new URL('../data/train/python.safetensors', import.meta.url));
  const { tensors, metadata } = await readSafetensors(path);
  expect(metadata).toEqual({ format: 'pt', note: 'grüße' });
  expect(Object.fromEntries(tensors)).toEqual({
    weight: { shape: [2, 3], data: Float32Array.of(0, 0.25, 0.5, 0.75, 1, 1.25) },
    empty: { shape: [0, 3], data: new Float32Array(0) },
    scalar: { shape: [], data: Float32Array.of(-1.5) },
    ids: { shape: [3], data: Int32Array.of(1, -2, 3) },
    count: { shape: [1], data: BigInt64Array.of(2n ** 40n) },
    bytes: { shape: [3], data: Uint8Array.of(0, 255, 7) },
  });
});
