/**
 * What a package of a model exports where Node runs: addresses of its files, found while the program runs. Bundlers of servers take
 * `new URL('model.onnx', import.meta.url)` for an address of the page, or give the file another name, so none is written here.
 *
 * Not part of this program: packModel compiles it for each model, and puts its name, package and files in place of the capitals.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

declare const MODEL: string;
declare const PACKAGE: string;
declare const FILES: readonly string[];
declare const __filename: string;

/** This file; or the bundle that it is part of, of which only CommonJS says `__filename`. */
const here = import.meta.url === undefined ? __filename : fileURLToPath(import.meta.url);

/** Beside it, else in the package as the bundle finds it, else as the program or the folder that it was started in does. */
const folders = [
  join(dirname(here), MODEL),
  ...[here, process.argv[1], join(process.cwd(), 'index.js')].flatMap((from) => {
    try {
      return join(dirname(createRequire(from!).resolve(`${PACKAGE}/package.json`)), 'dist', MODEL);
    } catch {
      return [];
    }
  }),
];
const folder = folders.find(existsSync) ?? folders[0]!;

export const files = Object.fromEntries(FILES.map((path) => [path, pathToFileURL(join(folder, path))]));
