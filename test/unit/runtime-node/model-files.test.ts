import { join, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { digits } from '@onnoise/model-digits';
import { describe, expect, it } from 'vitest';
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
