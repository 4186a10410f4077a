/**
 * Prepares a folder in a process of its own: `node --import tsx our-side.ts <folder> <size> <cache folder>`. Prints
 * { ms, images }: the time from the listing of the folder to the written file.
 */
import { prepareDataset } from '#training/data/index.ts';

const [data, size, cacheDir] = process.argv.slice(2) as [string, string, string];
const began = performance.now();
const dataset = await prepareDataset({
  data,
  size: Number(size),
  fit: 'crop',
  validationShare: 0,
  seed: 0,
  strict: true,
  cacheDir,
});
dataset.close();
const ms = performance.now() - began;
console.log(JSON.stringify({ ms, images: dataset.count }));
