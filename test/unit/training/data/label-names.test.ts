import { InputError } from '@onnoise/scheduler/rules';
import { describe, expect, it } from 'vitest';
import { bonesOf } from '#test/pictures/bones.ts';
import { allPixels, casePlaces, gray, listCache, prepare, SMALL, writeFiles } from '#test/pictures/images.ts';
import { listImages, lookAtImages } from '#training/data/look.ts';
import { labelNamesRule, renameClasses } from '#training/data/set/label-names.ts';

const place = casePlaces();
const fourBones = bonesOf(4);
const TABLE = 'id,boneage,male\n1377,12,True\n1378,94,True\n1379,180,False\n1380,30,False\n';
const bones = async () => ({ ...(await fourBones(TABLE)), labelColumn: 'male' });

const SEX = { False: 'female', True: 'male' };

describe('names of labels', () => {
  it('take the place of the values of a column, and keep their numbers', async () => {
    const at = await bones();
    const plain = await prepare(at);
    const named = await prepare({ ...at, labelNames: SEX });
    expect([plain.classNames, named.classNames]).toEqual([
      ['False', 'True'],
      ['female', 'male'],
    ]);
    expect([...named.labels!]).toEqual([1, 1, 0, 0]);
    // Sorted, these names would swap the numbers.
    const swapped = await prepare({ ...at, labelNames: { False: 'woman', True: 'man' } });
    expect(swapped.classNames).toEqual(['woman', 'man']);
    expect(swapped.labels).toEqual(plain.labels);
  });

  it('need no new preparation and leave the hash, whichever way round they change', async () => {
    const at = await bones();
    const named = await prepare({ ...at, labelNames: SEX });
    const [plain, other, again] = [
      await prepare(at),
      await prepare({ ...at, labelNames: { True: 'boy' } }),
      await prepare({ ...at, labelNames: SEX }),
    ];
    expect([named, plain, other, again].map(({ cached }) => cached)).toEqual([false, true, true, true]);
    expect(new Set([named, plain, other, again].map(({ hash }) => hash)).size).toBe(1);
    expect([plain, other, again].map(({ classNames }) => classNames)).toEqual([
      ['False', 'True'],
      ['False', 'boy'],
      ['female', 'male'],
    ]);
    expect(listCache(at.cacheDir).complete).toHaveLength(1);
    expect(await allPixels(again)).toEqual(await allPixels(named));
  });

  it('show in a look at the images', async () => {
    const options = { ...(await bones()), ...SMALL, labelNames: SEX };
    expect((await listImages(options)).classNames).toEqual(['female', 'male']);
    expect((await lookAtImages(options)).classNames).toEqual(['female', 'male']);
  });

  it('rename sub-folders, one of them too, and may hold blanks and commas', async () => {
    const { data, cacheDir } = place();
    await writeFiles(data, { 'cat/1.png': gray(1), 'big dog/2.png': gray(2) });
    const dataset = await prepare({ data, cacheDir, labelNames: { ' big dog': 'Dog, big ' } });
    expect(dataset.classNames).toEqual(['Dog, big', 'cat']);
  });

  it('rename numbers, such as those of the digits', async () => {
    const { classNames } = await listImages({ ...SMALL, data: 'digits', cacheDir: '', labelNames: { 7: 'seven' } });
    expect(classNames).toEqual(['0', '1', '2', '3', '4', '5', '6', 'seven', '8', '9']);
  });

  it('may swap the names of classes, and do nothing where there are none', async () => {
    const at = await bones();
    const swapped = await prepare({ ...at, labelNames: { False: 'True', True: 'False' } });
    expect(swapped.classNames).toEqual(['True', 'False']);
    const { labelColumn: _, ...unlabelled } = at;
    expect((await prepare({ ...unlabelled, labelNames: {} })).classNames).toBeUndefined();
  });

  it.each<[Record<string, string>, string]>([
    [
      { Flase: 'female' },
      'name values of the column "male" of train.csv, which are False, True, received "Flase". Did you mean "False"?',
    ],
    [{ f: 'female' }, 'name values of the column "male" of train.csv, which are False, True, received "f".'],
    [
      { False: 'person', True: 'person' },
      'give each class a name of its own, received "person" for the classes False, True.',
    ],
    [{ False: 'True' }, 'give each class a name of its own, received "True" for the classes False, True.'],
    [{ False: 'female', 'False ': 'girl' }, 'name each value once, received "False" twice.'],
  ])('are refused before any picture is read: %j', async (labelNames, message) => {
    const at = await bones();
    await writeFiles(at.data, { 'train/1377.png': 'broken', 'train/1378.png': 'broken' });
    const refused = prepare({ ...at, labelNames });
    await expect(refused).rejects.toThrow(new InputError(`Cannot prepare images: --label-names must ${message}`));
  });

  it('from elsewhere are refused as what they are', async () => {
    const at = { ...(await bones()), labelNames: { m: 'male' }, labelNamesFrom: 'the model card' };
    await expect(prepare(at)).rejects.toThrow(
      new InputError(
        'Cannot prepare images: the label names of the model card must name values of the column "male" of train.csv, which are False, True, received "m". Give --label-names for these images.',
      ),
    );
    const { labelColumn: _, ...unlabelled } = at;
    await expect(prepare(unlabelled)).rejects.toThrow(
      new InputError(
        'Cannot prepare images: the label names of the model card must come with images of classes, received images without. Give a folder for each class, or --csv with --label-column.',
      ),
    );
  });

  it('refuse images without classes', async () => {
    const { labelColumn: _, ...unlabelled } = await bones();
    await expect(prepare({ ...unlabelled, labelNames: SEX })).rejects.toThrow(
      new InputError(
        'Cannot prepare images: --label-names must be left out for images without classes, received {"False":"female","True":"male"}. Give a folder for each class, or --csv with --label-column.',
      ),
    );
  });

  it.each([[[]], ['False=female'], [null], [{ False: '' }], [{ False: ' ' }], [{ '': 'a' }], [{ False: 1 }]])(
    'are no %j',
    async (labelNames) => {
      expect(labelNamesRule.holds(labelNames)).toBe(false);
      await expect(prepare({ ...(await bones()), labelNames: labelNames as never })).rejects.toThrow(
        /labelNames must be an object with a name for each value, such as \{"False": "female"\}, none of them empty/,
      );
    },
  );
});

describe('renameClasses', () => {
  it('knows values that are names of what every object has', () => {
    expect(renameClasses(['constructor', 'b'], {})).toEqual(['constructor', 'b']);
    expect(renameClasses(['constructor', 'toString'], { constructor: 'c' } as never)).toEqual(['c', 'toString']);
  });
});
