/**
 * The pictures of `--real`, which the page's game shows beside a model's own. They are prepared as in
 * training. Where they are the images of training, only those that it held out are fair: the others the model may know by heart.
 */
import { readModelFolder } from '@onnoise/runtime-node';
import { shuffle } from '@onnoise/scheduler';
import type { ConditioningFacts } from '@onnoise/scheduler/model';
import { nameChannels } from '@onnoise/scheduler/model';
import { InputError, refuse } from '@onnoise/scheduler/rules';
import { readTrainedOn, type TrainedOn } from '#base/folders/training-file.ts';
import { LABEL } from '#base/pictures/phantom-label.ts';
import { sayNote } from '#base/terminal/voice.ts';
import { plural } from '#base/text/format.ts';
import { toImages } from '#pipeline/commands/options/evaluate-fields.ts';
import { prepareWithProgress } from '#pipeline/commands/stages/prepare-with-progress.ts';
import { lookAtImages } from '#training/data/look.ts';
import { listClasses } from '#training/data/set/classes.ts';
import type { Dataset, PrepareOptions } from '#training/data/set/types.ts';
import type { RealPictures } from '../../site/build/assets.ts';
import { PICTURES } from '../../site/views/game/rules/plan.ts';

export interface RealOptions {
  /** The folder of the model. */
  model: string;
  /** As `--data` of training. */
  data: string;
  csv?: string;
  /** Folder of the prepared pictures. Default: that of training. */
  cacheDir?: string;
}

export interface GivenPictures extends RealPictures {
  /** Which they are, a sentence or two. */
  said: string;
}

/** More tell nothing new, and the page fetches all of them. */
const MOST = 400;
const MOST_BYTES = 32 << 20;
/** However large they are: enough for any round. */
const LEAST = 100;

/** @throws InputError for pictures that cannot be read, that do not suit the model, or are too few */
export async function readReal({ model: folder, data, csv, cacheDir }: RealOptions): Promise<GivenPictures> {
  const action = `show the pictures of ${data}`;
  const [model, card] = [await readModelFolder(folder), await readTrainedOn(folder)];
  const options = toImages(action, { data, csv, 'cache-dir': cacheDir }, model.shape, named(card, csv)).data;
  const dataset = await prepareWithProgress(options);
  try {
    const same = dataset.hash === card?.hash;
    const strange = model.trainedOn === 'phantoms' && dataset.phantoms === undefined;
    if (!same) await requireColour(action, model.shape[0], options);
    for (const note of dataset.notes) sayNote(note);
    const { count, skipped } = dataset;
    const [first] = skipped;
    if (first) sayNote(`Left out: ${plural(skipped.length, 'file')} of ${data}, first ${first.file}: ${first.reason}.`);
    const fair = same ? dataset.validation : Uint32Array.from({ length: count }, (_, i) => i);
    if (fair.length < PICTURES) {
      refuse(action, same ? 'those that training held out' : 'the pictures', `at least ${PICTURES}`, fair.length);
    }
    const chosen = some(
      fair,
      model.shape.reduce((a, b) => a * b),
    );
    const pixels = new Uint8Array(chosen.length * dataset.channels * dataset.height * dataset.width);
    await dataset.read(chosen, pixels);
    const { height, width, channels } = dataset;
    if (channels !== 1 && channels !== 3) refuse(action, 'the pictures', 'gray or RGB', nameChannels(channels));
    const listing = {
      count: chosen.length,
      width,
      height,
      channels: channels as 1 | 3,
      unseen: same || strange,
      ...labelsOf(action, model, dataset, chosen),
      ...conditionsOf(dataset, chosen),
      ...noticeOf(action, dataset),
    };
    return { model: folder, listing, pixels, said: saidOf(data, chosen.length, { dataset, same, strange, card, csv }) };
  } finally {
    dataset.close();
  }
}

/** The names of a table's classes mean nothing without the table. */
function named(card: TrainedOn | undefined, csv: string | undefined): TrainedOn | undefined {
  if (card?.data.csv === undefined || csv !== undefined) return card;
  const { labelNames: _, ...data } = card.data;
  return { ...card, data };
}

/** Gray pictures beside coloured ones would be told at once. Others become gray, as in training. */
async function requireColour(action: string, channels: number, { channels: _, ...options }: PrepareOptions) {
  if (channels === 1 || (await lookAtImages(options)).channels === 3) return;
  throw new InputError(`Cannot ${action}: they must be in colour, as those of the model, received gray ones.`);
}

/** All of them, or as many as a page should hold, drawn from all. @param size values of a picture */
function some(numbers: Uint32Array, size: number): Uint32Array {
  const most = Math.min(MOST, Math.max(LEAST, Math.floor(MOST_BYTES / size)));
  return numbers.length <= most ? numbers : shuffle(numbers.slice(), 0, 0).slice(0, most).sort();
}

/** Classes by the model's numbers. Without them a generated picture is of any class. */
function labelsOf(
  action: string,
  { classes, classNames }: Pick<ConditioningFacts, 'classes' | 'classNames'>,
  { labels, classNames: own }: Dataset,
  chosen: Uint32Array,
): { labels?: number[] } {
  if (classes === 0 || labels === undefined || own === undefined) return {};
  const names = classNames ?? own;
  const numbers = Array.from(chosen, (image) => names.indexOf(own[labels[image]!]!));
  const strange = numbers.findIndex((number) => number < 0 || number >= classes);
  if (strange < 0) return { labels: numbers };
  const rule = `of the model's classes, which are ${listClasses(names)}`;
  return refuse(action, 'they', rule, own[labels[chosen[strange]!]!]);
}

function conditionsOf({ conditions }: Dataset, chosen: Uint32Array): { conditions?: Record<string, number[]> } {
  if (conditions === undefined) return {};
  const { names, values } = conditions;
  const of = (k: number) => Array.from(chosen, (image) => values[image * names.length + k]!);
  return { conditions: Object.fromEntries(names.map((name, k) => [name, of(k)])) };
}

/** Phantoms are not called real. */
function noticeOf(action: string, { phantoms = 0, count }: Dataset): { notice?: string } {
  if (phantoms === 0) return {};
  if (phantoms < count) refuse(action, 'they', 'either all phantoms or none', `${phantoms} phantoms of ${count}`);
  return { notice: LABEL };
}

interface Known {
  dataset: Dataset;
  /** Whether they are the images of training. */
  same: boolean;
  /** Whether they cannot be: the model was trained on phantoms. */
  strange: boolean;
  card: TrainedOn | undefined;
  csv: string | undefined;
}

function saidOf(data: string, shown: number, { dataset, same, strange, card, csv }: Known): string {
  const { count, validation } = dataset;
  const of = (all: number) => (shown < all ? `${shown} of the ${all}` : `the ${shown}`);
  if (same) return `The game shows ${of(validation.length)} pictures of ${data} that training held out.`;
  const all = `The game shows ${of(count)} pictures of ${data}.`;
  if (strange) return `${all} The model saw none of them: it was trained on phantoms.`;
  if (card === undefined) return `${all} No training.json says whether the model was trained on some of them.`;
  if (card.data.csv !== undefined && csv === undefined) {
    return `${all} The model may have been trained on some of them: with --csv, the table of its training, those are left out.`;
  }
  return `${all} They are not the images that the model's training.json names; if some of those are among them, the model has seen them.`;
}
