import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { chooseImages } from '#evaluation/choose-images.ts';
import { allPixels, casePlaces, grayPicture, prepare, writeFiles } from '#test/pictures/images.ts';
import { runCli } from '#test/run-cli.ts';
import { listImages } from '#training/data/look.ts';
import type { PrepareOptions } from '#training/data/set/types.ts';
import { trainingImages } from '#training/plan/image-list.ts';
import { imagesOf } from '#training/plan/prepare-options.ts';
import { resolveConfig } from '#training/settings/config.ts';

const place = casePlaces();

/** Images 0, 1, ... of these patients; an image is as bright as its number says. */
async function tableOf(patients: readonly string[], more = '') {
  const { data, cacheDir } = place();
  const at = join(data, '..');
  const rows = patients.map((patient, i) => `i${i},${patient},${i % 2}\n`).join('');
  await writeFiles(at, {
    'table.csv': `id,patient,male\n${rows}${more}`,
    ...Object.fromEntries(patients.map((_, i) => [`pictures/i${i}.png`, grayPicture(4, 4, () => 10 * i)])),
  });
  return { data, csv: join(at, 'table.csv'), cacheDir };
}

const PATIENTS = [...'abcdabcdeffg'];
const options = { groupColumn: 'patient', size: 4, validationShare: 0.3 } as const;

/** The patients of images to train on, and of those held out. */
async function patientsOf(given: Parameters<typeof prepare>[0], patients = PATIENTS) {
  const dataset = await prepare(given);
  const pixels = await allPixels(dataset);
  const of = (images: Uint32Array) => Array.from(images, (image) => patients[pixels[16 * image]! / 10]!);
  return { train: of(dataset.train), held: of(dataset.validation), dataset };
}

describe('--group-column', () => {
  it('keeps all images of a value on one side of the split, whatever the seed', async () => {
    const at = await tableOf(PATIENTS);
    let parted = 0;
    for (let seed = 0; seed < 12; seed++) {
      const { train, held, dataset } = await patientsOf({ ...at, ...options, seed });
      expect(held.filter((patient) => train.includes(patient))).toEqual([]);
      expect([held.length, train.length + held.length]).toEqual([expect.any(Number), 12]);
      expect(held.length).toBeGreaterThan(1);
      expect(dataset.notes).toContain('Training and held-out images share no value of patient.');
      const alone = await patientsOf({ ...at, ...options, groupColumn: undefined, seed });
      if (alone.held.some((patient) => alone.train.includes(patient))) parted++;
    }
    expect(parted).toBeGreaterThan(8); // else the groups would prove nothing
  });

  it('holds for few groups, and says the number of images to train on before they are read', async () => {
    const patients = [...'aaaaaaaabb'];
    const at = await tableOf(patients);
    const { held, train } = await patientsOf({ ...at, ...options }, patients);
    expect(new Set(held).size).toBe(1);
    const config = resolveConfig([
      {
        name: 'the test',
        config: { data: { source: at.data, csv: at.csv, ...options, cacheDir: at.cacheDir }, training: { steps: 1 } },
      },
    ]);
    const list = await listImages(imagesOf(config));
    expect(trainingImages({ config }, list)).toBe(train.length);
  });

  it('an image without a value is for itself, and repeated rows must agree', async () => {
    const patients = ['a', 'a', '', '', 'b', 'b'];
    const at = await tableOf(patients);
    const { dataset } = await patientsOf({ ...at, ...options }, patients);
    expect(dataset.notes).toContain('2 images without patient: grouped as if no column were named.');
    const twice = await tableOf(['a', 'b'], 'i0,c,0\n');
    await expect(prepare({ ...twice, ...options })).rejects.toThrow(
      'about one image must agree, received patient a on line 2 and c on line 4 for i0.png.',
    );
  });

  it('is refused in a sentence where it groups nothing', async () => {
    const at = await tableOf(['a', 'a', 'a']);
    const refused = (more: Partial<PrepareOptions>) => expect(prepare({ ...at, ...options, ...more })).rejects;
    await refused({}).toThrow('column "patient" of');
    await refused({}).toThrow('must have at least two different values to group images by, received one.');
    await refused({ groupColumn: 'person' }).toThrow(
      'must have a column "person", received the columns id, patient, male.',
    );
    await refused({ groupColumn: 'id' }).toThrow('--group-column must be a column other than the ids, received "id".');
    await refused({ csv: undefined }).toThrow('--group-column must come with --csv, received it alone.');
  });

  it('is a setting of prepare, and evaluate takes it from training.json', async () => {
    const at = await tableOf(PATIENTS);
    const files = ['--data', at.data, '--csv', at.csv, '--cache-dir', at.cacheDir, '--size', '4'];
    const run = await runCli('prepare', ...files, '--group-column', 'patient', '--validation-share', '0.3', '--json');
    expect([run.code, run.stderr]).toEqual([0, expect.any(String)]);
    const { train, held } = await patientsOf({ ...at, ...options });
    expect(JSON.parse(run.stdout)).toMatchObject({ train: train.length, validation: held.length });
    const card = { hash: '', data: { groupColumn: 'patient', validationShare: 0.3 }, seed: 0 };
    const choose = (typed: object) => chooseImages('test', { typed: { ...typed } }, [1, 4, 4], card).data;
    expect(choose({ source: at.data, csv: at.csv })).toMatchObject({ groupColumn: 'patient', validationShare: 0.3 });
    expect(choose({ source: at.data })).not.toHaveProperty('groupColumn');
  });
});
