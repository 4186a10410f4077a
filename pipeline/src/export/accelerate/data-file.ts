/**
 * The prepared images as one safetensors file, which Python maps into memory: of any size, on any number of processes.
 *
 * | tensor            |                   |                                                                  |
 * |-------------------|-------------------|------------------------------------------------------------------|
 * | images            | uint8 [N, C, H, W] |                                                                 |
 * | labels            | int32 [N]         | where the network has classes                                    |
 * | conditions        | float32 [N, 2K]   | where it has conditions: normalised values, then a flag for each |
 * | train, validation | int32             | numbers of images                                                |
 */
import { open } from 'node:fs/promises';
import type { ConditionSpec } from '@onnoise/scheduler/model';
import { encodeBatch } from '@onnoise/scheduler/training';
import type { Dataset } from '@onnoise/training/data';
import { encodeHeader, type SafetensorsEntry, tensorBytes } from '@onnoise/training/folder';

/** Images that are in memory at a time. */
const PAGE = 256;

export interface Told {
  /** Whether the network takes labels. */
  labels: boolean;
  /** What it is conditional on. */
  conditions: readonly ConditionSpec[];
}

/** Bytes of the file, give or take a few thousand. */
export const dataBytes = ({ count, channels, height, width }: Dataset, { conditions }: Told): number =>
  count * (channels * height * width + 8 * conditions.length + 8);

export async function writeData(path: string, dataset: Dataset, told: Told): Promise<void> {
  const { count, channels, height, width, train, validation } = dataset;
  const small = new Map<string, SafetensorsEntry>([
    ...(told.conditions.length > 0 ? [['conditions', conditionsOf(dataset, told.conditions)] as const] : []),
    ...(told.labels ? [['labels', { shape: [count], data: dataset.labels! }] as const] : []),
    ['train', { shape: [train.length], data: Int32Array.from(train) }],
    ['validation', { shape: [validation.length], data: Int32Array.from(validation) }],
  ]);
  const images = { name: 'images', dtype: 'U8', shape: [count, channels, height, width] } as const;
  const file = await open(path, 'w');
  try {
    await file.writeFile(encodeHeader([...[...small].map(specOf), images], { format: 'pt' }));
    for (const { data } of small.values()) await file.writeFile(tensorBytes(data));
    for (let first = 0; first < count; first += PAGE) {
      const numbers = Array.from({ length: Math.min(PAGE, count - first) }, (_, i) => first + i);
      const pixels = new Uint8Array(numbers.length * channels * height * width);
      await dataset.read(numbers, pixels);
      await file.writeFile(pixels);
    }
  } finally {
    await file.close();
  }
}

/** All of them take four bytes a value, so they may come in any order, before the images. */
const specOf = ([name, { shape, data }]: [string, SafetensorsEntry]) =>
  ({ name, shape, dtype: data instanceof Float32Array ? 'F32' : 'I32' }) as const;

function conditionsOf({ count, conditions }: Dataset, specs: readonly ConditionSpec[]): SafetensorsEntry {
  return { shape: [count, 2 * specs.length], data: encodeBatch(specs, conditions!.values) };
}
