/**
 * The names of the images that a run holds out, a line each, for another program to hold out the same (tutorial.py).
 *
 *     npx tsx scripts/hands/monai/held-out.ts <run on a folder of images> > names.txt
 */
import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { prepareOptions } from '../../../pipeline/src/commands/stages/training.ts';
import { prepareDataset } from '../../../training/src/data/index.ts';
import { draftPlan } from '../../../training/src/plan/resolve.ts';
import { openRun } from '../../../training/src/saved/run-folder.ts';
import { specsOfRun } from '../../../training/src/saved/specs-of-run.ts';

const [run] = process.argv.slice(2);
if (run === undefined) throw new Error('Give the run.');
const { config } = await openRun(run, undefined, specsOfRun);
const dataset = await prepareDataset(prepareOptions(draftPlan(config)));
const files = readdirSync(config.data.source!, { recursive: true, encoding: 'utf8' }).filter((path) =>
  /\.jpe?g$/.test(path),
);
if (files.length !== dataset.count)
  throw new Error(`The folder has ${files.length} JPEG files, the run ${dataset.count} images.`);
files.sort();
for (const place of dataset.validation) console.log(basename(files[place]!));
dataset.close();
