/**
 * A model folder in its package: in the repository the sources name its files in `models`, in the package beside themselves,
 * in a folder of the model's name.
 */
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from './paths.ts';

/** @param name of the folder in `models` */
export const packModel =
  (name: string) =>
  async (out: string): Promise<void> => {
    const dist = join(out, 'dist');
    await cp(join(ROOT, 'models', name), join(dist, name), { recursive: true });
    const index = join(dist, 'index.js');
    const text = await readFile(index, 'utf8');
    await writeFile(index, text.replaceAll(`'../../models/${name}/`, `'./${name}/`));
  };
