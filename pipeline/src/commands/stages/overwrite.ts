/**
 * What `pipeline sample` must not overwrite: the pictures that it starts from, its own files of the same call, and in the
 * folders of `--singles` and `--frames` pictures that are not its own. Its files say whose they are.
 */
import { readdir, realpath } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { placeOf } from '@onnoise/base/files';
import { type ImageSeed, InputError } from '@onnoise/scheduler';
import { frameName, isMarked, singleName } from './own-pictures.ts';
import type { SheetFiles } from './sheet-files.ts';

interface Inputs {
  from?: string | undefined;
  mask?: string | undefined;
}

/** @throws InputError for a file that would be written twice, or would replace an input or a picture of someone else */
export async function checkOverwrites(
  { from, mask, out, animation, singles, frames, format = 'png' }: SheetFiles & Inputs,
  { seeds, steps }: { seeds: readonly ImageSeed[]; steps: readonly number[] },
): Promise<void> {
  const taken = new Map<string, string>();
  for (const [option, path] of Object.entries({ '--from': from, '--mask': mask })) {
    if (path === undefined) continue;
    for (const place of [await fileAt(path), await realpath(path)]) taken.set(place, option);
  }
  const take = (place: string, option: string, path: string) => {
    const other = taken.get(place);
    if (other === undefined) return void taken.set(place, option);
    throw new InputError(`Cannot write the pictures: ${option} must differ from ${other}, received ${path} for both.`);
  };
  for (const [option, path] of Object.entries({ '--out': out, '--animation': animation })) {
    if (path !== undefined) take(await fileAt(path), option, path);
  }
  for (const [option, folder, names, kind] of [
    ['--singles', singles, seeds.map((seed) => singleName(seed, format)), format],
    ['--frames', frames, steps.map(frameName), 'png'],
  ] as const) {
    if (folder === undefined) continue;
    const real = await placeOf(folder);
    for (const name of names) take(join(real, name), `the files of ${option}`, join(folder, name));
    const there = new Set(await readdir(real).catch(() => []));
    for (const name of names) {
      if (!there.has(name) || (await isMarked(join(real, name), kind))) continue;
      throw new InputError(
        `Cannot write the pictures: ${option} must be a folder without other pictures of the same names, received ${folder} with a ${name} that sample did not write. Choose another folder.`,
      );
    }
  }
}

/** Where a file is, or will be. A link is a file itself: writing replaces it, and not what it leads to. */
const fileAt = async (path: string) => join(await placeOf(join(resolve(path), '..')), basename(resolve(path)));
