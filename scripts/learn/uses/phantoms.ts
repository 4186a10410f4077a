/** Phantoms with their label maps, as small as the pictures of the model: half of them with one finger bone missing or short. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { prepareDataset } from '#training/data/index.ts';

export const SIDE = 64;
export const SIZE = SIDE * SIDE;

export interface Phantoms {
  count: number;
  /** In [-1, 1], [count, SIDE, SIDE]. */
  pictures: Float32Array;
  /** Class numbers, [count, SIDE, SIDE]. */
  masks: Uint8Array;
  classes: readonly string[];
  /** Whether a bone is missing or short. */
  abnormal: readonly boolean[];
}

const ROOT = join(import.meta.dirname, '..', '..', '..');

export async function drawPhantoms(count: number, seed: number): Promise<Phantoms> {
  const folder = await mkdtemp(join(tmpdir(), 'onnoise-uses-'));
  try {
    const out = join(folder, 'set');
    const args = ['phantom', '--count', String(count), '--seed', String(seed), '--anomaly', '0.5', '--masks'];
    await promisify(execFile)(join(ROOT, 'node_modules', '.bin', 'pipeline'), [...args, '--out', out, '--quiet']);
    const dataset = await prepareDataset({
      data: join(out, 'images'),
      csv: join(out, 'hands.csv'),
      conditionColumns: 'anomaly',
      masks: join(out, 'masks'),
      size: SIDE,
      fit: 'crop',
      validationShare: 0,
      seed: 0,
      strict: true,
      cacheDir: join(folder, 'cache'),
    });
    const numbers = [...Array(count).keys()];
    const pixels = new Uint8Array(count * SIZE);
    await dataset.read(numbers, pixels);
    const masks = new Uint8Array(count * SIZE);
    await dataset.beside!.read(numbers, masks);
    const { conditions, beside } = dataset;
    await dataset.close();
    return {
      count,
      pictures: Float32Array.from(pixels, (byte) => byte / 127.5 - 1),
      masks,
      classes: beside!.mask!.classes.map(String),
      abnormal: numbers.map((i) => conditions!.values[i] === 1),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export const pictureOf = ({ pictures }: Phantoms, i: number): Float32Array => pictures.slice(i * SIZE, (i + 1) * SIZE);
