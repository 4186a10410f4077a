/**
 * Phantoms of hand radiographs that no model was trained on: their numbers come after those of the set that it was trained on.
 * They become small by the steps of its training pictures.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { phantomFile } from '#phantom/files.ts';
import { type PhantomSet, USUAL } from '#phantom/options.ts';
import { prepareDataset } from '#training/data/index.ts';

/** Pictures of the set that the model was trained on. */
export const TRAINED_ON = 12_611;
/** Side of the model's pictures. */
export const SIDE = 64;

export interface PreparedPhantoms {
  seed: number;
  /** [count, SIDE, SIDE] */
  pixels: Uint8Array;
  classNames: string[];
  /** One per picture. */
  labels: number[];
  /** By name, one number per picture. */
  conditions: Record<string, number[]>;
}

/** The first ones after those of the training set. */
export async function preparedPhantoms(count: number): Promise<PreparedPhantoms> {
  const folder = await mkdtemp(join(tmpdir(), 'phantoms-'));
  try {
    return await prepare(folder, count);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @param folder where the phantoms are drawn at full size, and prepared */
async function prepare(folder: string, count: number): Promise<PreparedPhantoms> {
  const set: PhantomSet = { ...USUAL, count: TRAINED_ON + count };
  const images = join(folder, 'images');
  const csv = join(folder, 'hands.csv');
  await mkdir(images);
  const rows = ['id,boneage,male'];
  for (let index = TRAINED_ON; index < set.count; index++) {
    const { name, bytes, row } = phantomFile(set, index);
    await writeFile(join(images, name), bytes);
    rows.push(row);
  }
  await writeFile(csv, `${rows.join('\n')}\n`);
  const dataset = await prepareDataset({
    data: images,
    csv,
    labelColumn: 'male',
    labelNames: { False: 'female', True: 'male' },
    conditionColumns: 'boneage',
    size: SIDE,
    fit: 'crop',
    validationShare: 0,
    seed: 0,
    strict: true,
    cacheDir: join(folder, 'prepared'),
  });
  const { channels, labels, classNames, conditions } = dataset;
  if (dataset.count !== count || channels !== 1 || !labels || !classNames || !conditions) {
    throw new Error(
      `${count} gray pictures with classes and numbers were expected, not ${dataset.count} of ${channels}.`,
    );
  }
  const pixels = new Uint8Array(count * SIDE * SIDE);
  await dataset.read(
    Uint32Array.from({ length: count }, (_, i) => i),
    pixels,
  );
  await dataset.close();
  return {
    seed: set.seed,
    pixels,
    classNames: [...classNames],
    labels: [...labels],
    conditions: Object.fromEntries(
      conditions.names.map((name, k) => [
        name,
        Array.from({ length: count }, (_, i) => conditions.values[i * conditions.names.length + k]!),
      ]),
    ),
  };
}
