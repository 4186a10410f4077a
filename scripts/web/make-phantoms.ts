/**
 * Makes the phantoms of hand radiographs that the page shows, `runtime-web/site/public/hands`: one sheet of pictures, and what
 * is known of them. Their numbers come after those of the set that the model was trained on, so it has not seen them; and
 * they become small by the steps of its training pictures.
 *
 *     npx tsx scripts/web/make-phantoms.ts
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { prepareDataset } from '#pipeline/data/index.ts';
import { writeWhole } from '#pipeline/files/output.ts';
import { phantomFile } from '#pipeline/phantom/files.ts';
import { LABEL } from '#pipeline/phantom/label.ts';
import { type PhantomSet, USUAL } from '#pipeline/phantom/options.ts';

const FOLDER = join(import.meta.dirname, '..', '..', 'runtime-web', 'site', 'public', 'hands');
/** Pictures of the set that the model was trained on. */
const TRAINED_ON = 12_611;
const COUNT = 120;
const COLUMNS = 12;
/** Side of the model's pictures. */
const SIDE = 64;

const set: PhantomSet = { ...USUAL, count: TRAINED_ON + COUNT };

/** @param folder where the phantoms are drawn at full size, and prepared */
async function prepare(folder: string) {
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
  return prepareDataset({
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
}

const folder = await mkdtemp(join(tmpdir(), 'phantoms-'));
try {
  const dataset = await prepare(folder);
  const { count, channels, labels, classNames, conditions } = dataset;
  if (count !== COUNT || channels !== 1 || !labels || !classNames || !conditions) {
    throw new Error(`${COUNT} gray pictures with classes and numbers were expected, not ${count} of ${channels}.`);
  }
  const pictures = new Uint8Array(COUNT * SIDE * SIDE);
  await dataset.read(
    Uint32Array.from({ length: COUNT }, (_, i) => i),
    pictures,
  );
  await dataset.close();

  const [width, height] = [COLUMNS * SIDE, Math.ceil(COUNT / COLUMNS) * SIDE];
  const sheet = new Uint8Array(width * height);
  for (let at = 0; at < pictures.length; at += SIDE) {
    const [picture, row] = [Math.floor(at / SIDE / SIDE), (at / SIDE) % SIDE];
    const [left, top] = [(picture % COLUMNS) * SIDE, Math.floor(picture / COLUMNS) * SIDE];
    sheet.set(pictures.subarray(at, at + SIDE), (top + row) * width + left);
  }
  const png = await sharp(sheet, { raw: { width, height, channels: 1 } })
    .toColourspace('b-w')
    .withExif({ IFD0: { ImageDescription: LABEL, Software: 'onnoise phantom' } })
    .png({ compressionLevel: 9, adaptiveFiltering: true }) // `effort` would make a palette
    .toBuffer();
  const about = {
    notice: LABEL,
    source: `phantoms of hand radiographs, numbers ${TRAINED_ON + 1} to ${set.count} of seed ${set.seed}`,
    made: 'scripts/web/make-phantoms.ts',
    sheet: 'phantoms.png',
    columns: COLUMNS,
    count: COUNT,
    width: SIDE,
    height: SIDE,
    seed: set.seed,
    firstNumber: TRAINED_ON + 1,
    classNames,
    labels: [...labels],
    conditions: Object.fromEntries(
      conditions.names.map((name, k) => [
        name,
        Array.from({ length: COUNT }, (_, i) => conditions.values[i * conditions.names.length + k]!),
      ]),
    ),
  };
  await rm(FOLDER, { recursive: true, force: true });
  await mkdir(FOLDER, { recursive: true });
  await writeWhole(join(FOLDER, 'phantoms.png'), png);
  await writeWhole(join(FOLDER, 'phantoms.json'), `${JSON.stringify(about)}\n`);
  console.log(`phantoms.png: ${png.length} bytes, ${COUNT} pictures`);
} finally {
  await rm(folder, { recursive: true, force: true });
}
