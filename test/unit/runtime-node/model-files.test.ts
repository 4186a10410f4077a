import { join, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { digits } from '@onnoise/model-digits';
import { describe, expect, it } from 'vitest';
import { nameModels } from '#runtime-node/index.ts';
import { folderOf } from '#runtime-node/model-files.ts';
import { readModelFolder } from '#runtime-node/model-folder.ts';
import { ROOT } from '#test/repository.ts';

const DIGITS = join(ROOT, 'models', 'digits');

describe('folderOf', () => {
  it('finds the folder of a path, of its URL, and of the files of a package', async () => {
    expect(folderOf('some/folder')).toBe('some/folder');
    expect(folderOf(pathToFileURL(DIGITS))).toBe(DIGITS);
    expect(folderOf(digits)).toBe(DIGITS);
    expect((await readModelFolder(folderOf(digits))).shape).toEqual([1, 28, 28]);
  });

  it('refuses files that are no model, and addresses that are no files', () => {
    expect(() => folderOf({})).toThrow('the files must be those of a folder with unet/model.onnx, received [].');
    const elsewhere = { 'unet/model.onnx': pathToFileURL(`${sep}tmp${sep}other.onnx`) };
    expect(() => folderOf(elsewhere)).toThrow('unet/model.onnx must be a file of that name, received ');
    expect(() => folderOf(new URL('https://example.org/digits'))).toThrow('its address must be a file: URL, received');
  });
});

describe('nameModels', () => {
  it('names a model after its folder unless it is named', () => {
    expect(nameModels('serve', ['models/digits/', 'hands=runs/x=1/model'])).toEqual({
      digits: 'models/digits/',
      hands: 'runs/x=1/model',
    });
  });

  it.each<[string[] | Record<string, string>, string]>([
    [[], 'Cannot serve: models must name at least one folder, received none.'],
    [undefined as never, 'Cannot serve: models must be an array of folders, or folders by name, received undefined.'],
    [['=models/digits'], 'Cannot serve: the name of a model must be up to 64 letters, digits and ._-, received ""'],
    [['a='], 'Cannot serve: the folder of a must be a path, received ""'],
    [['runs/x=1'], 'received "x=1"'],
    [['a=x', 'a=y'], 'Cannot serve: names of models must differ, received a twice (name=folder names one).'],
    [{ '../x': 'y' }, 'received "../x"'],
  ])('refuses %j', (models, message) => {
    expect(() => nameModels('serve', models)).toThrow(message);
  });
});
