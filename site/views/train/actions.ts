/** What the buttons do. One trainer at a time; it goes on while another view is shown. */

import type { Trainer, TrainerOptions, TrainingImages } from '@onnoise/runtime-web';
import type { ImageShape } from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';
import type { StepFile } from '@onnoise/scheduler/training';
import type { Rgba } from '../../state/picture.ts';
import { announce, sentence } from '../../state/store.ts';
import type { Listed } from '../model/files.tsx';
import { saveFile } from '../sample/files/download.ts';
import {
  areDigits,
  asImages,
  CAMERA,
  CLASSES,
  DIGITS,
  digitsOf,
  FILES,
  maySuit,
  namesOf,
  picturesOf,
  readPictures,
  SHIPPED,
  stepsOf,
  waitingWords,
} from './pictures.ts';
import * as state from './state.ts';

/**
 * One tab at a time has the training that the browser keeps: of two, each would write over what the other learned. Without Web Locks,
 * on an insecure origin, the tab that began last is kept, and the other one is told.
 */

const NAME = 'onnoise-training';
/** A browser frees what a closed tab held a moment later. */
const WAIT_MS = 1000;

let release: (() => void) | undefined;

/** Takes the training for this tab, until it is given back or the tab is closed. @throws InputError where another tab has it */
async function takeTraining(): Promise<void> {
  if (release || !navigator.locks) return;
  await new Promise<void>((taken, refused) => {
    const hold = () =>
      new Promise<void>((released) => {
        release = released;
        taken();
      });
    navigator.locks
      .request(NAME, { signal: AbortSignal.timeout(WAIT_MS) }, hold)
      .catch((error: Error) => refused(error.name === 'TimeoutError' ? new InputError(OTHER_TAB) : error));
  });
}

function giveBack(): void {
  release?.();
  release = undefined;
}

const OTHER_TAB =
  'Cannot train in this tab: only one tab may train at a time, and another tab has a training open. Go on there, or close that tab first.';

/** Name of the training that the browser keeps. */
const KEPT = 'page';
const SAMPLES = 10;
const SEED = 1;

const load = () => import('@onnoise/runtime-web/trainer');
const zips = () => import('@onnoise/runtime-web/zip');

let trainer: Trainer | undefined;

/** Shows what fails, and gives back the phase before. */
async function trying(work: () => Promise<void>): Promise<void> {
  state.trouble.value = null;
  try {
    await work();
  } catch (error) {
    if ((error as Error).name === 'AbortError') return;
    state.trouble.value = sentence(error);
    settle();
  }
}

/** Looks for a training of an earlier visit. */
export async function lookForEarlier(): Promise<void> {
  if (trainer || state.phase.peek() !== 'idle') return;
  const found = await findEarlier();
  if (!trainer) state.earlier.value = found;
}

/** A browser that stores nothing has none; starting will say why. */
async function findEarlier(): Promise<typeof state.earlier.value> {
  const found = await load()
    .then(({ findTraining }) => findTraining(KEPT))
    .catch(() => undefined);
  const step = found?.step.file.progress.step ?? 0;
  return step > 0 ? { name: found!.images.name, step } : null;
}

const ask = (question: Omit<state.Question, 'answer'>): Promise<boolean> =>
  new Promise((answer) => {
    state.question.value = { ...question, answer };
  });

/** Asks, where a training would be lost: the open one, or the one that the browser keeps, which another tab may have begun. */
async function mayReplace(title: string): Promise<boolean> {
  if (!trainer) state.earlier.value = await findEarlier();
  const step = trainer ? state.progress.peek()!.step : (state.earlier.peek()?.step ?? 0);
  if (step === 0) return true;
  const [which, how] = trainer
    ? ['that is open', 'download it']
    : ['that this browser keeps', 'go on with it, and download it'];
  const text = `The training of ${stepsOf(step)} ${which} will be replaced. To have both, ${how} first.`;
  return ask({ title, text, yes: 'Replace it', no: 'Keep it' });
}

function settle(): void {
  state.phase.value = trainer ? 'paused' : 'idle';
  if (!trainer) giveBack();
}

export const start = (): Promise<void> =>
  trying(async () => {
    const file = state.waiting.peek();
    if (file ? !(await openFile(file)) : !trainer && !(await openChosen())) return settle();
    await run();
  });

async function openChosen(): Promise<boolean> {
  state.phase.value = 'opening';
  await takeTraining();
  if (!(await mayReplace('Start over?'))) return false;
  await open(await chosen());
  return true;
}

export const goOn = (): Promise<void> =>
  trying(async () => {
    state.phase.value = 'opening';
    await takeTraining();
    await open({});
    await run();
  });

export const forget = (): Promise<void> =>
  trying(async () => {
    await takeTraining();
    state.earlier.value = null;
    await (await load()).forgetTraining(KEPT);
    settle();
  });

async function chosen(): Promise<TrainerOptions> {
  const kind = state.source.peek() === 'digits' ? 'digits' : 'pictures';
  return { step: `training/${kind}`, images: await imagesOf(SHIPPED) };
}

/** The chosen pictures, in the shape that a step takes. */
async function imagesOf(shape: ImageShape): Promise<TrainingImages> {
  if (state.source.peek() === 'digits') return digitsOf(shape);
  return asImages(state.source.peek() === 'camera' ? CAMERA : FILES, state.own.peek(), shape);
}

async function open(options: TrainerOptions): Promise<void> {
  state.phase.value = 'opening';
  state.note.value = null;
  const { createTrainer } = await load();
  const classes = options.step === undefined ? undefined : options.images?.labels;
  trainer = await createTrainer({
    ...options,
    threads: 2, // more were never tried on networks as small
    checkpoints: KEPT,
    samples: {
      seeds: Array.from({ length: SAMPLES }, (_, i) => SEED + i),
      steps: 12,
      ...(classes && { labels: Array.from({ length: SAMPLES }, (_, i) => i) }),
    },
  });
  const { info } = trainer;
  state.info.value = info;
  state.waiting.value = null;
  const shown = options.images !== undefined && info.images.name !== DIGITS;
  state.learntOwn.value = shown ? state.own.peek() : [];
  state.earlier.value = null;
  state.curve.value = state.emptyCurve(info.progress.step);
  state.samples.value = null;
  state.kept.value = null;
  showProgress(info.progress, 0);
  listen(trainer);
}

function showProgress({ step, epoch, loss, seconds }: Trainer['info']['progress'], stepsPerSecond: number): void {
  state.progress.value = { step, epoch, loss: loss ?? Number.NaN, seconds, stepsPerSecond };
}

function listen(to: Trainer): void {
  to.on('step', (event) => {
    state.progress.value = event;
    state.curve.value = state.withLoss(state.curve.peek(), event.loss);
  });
  to.on('samples', ({ step, images }) => {
    const size = images.length / SAMPLES;
    const pictures = Array.from({ length: SAMPLES }, (_, i) => images.subarray(i * size, (i + 1) * size));
    state.samples.value = { step, pictures };
  });
  to.on('kept', ({ step }) => {
    state.kept.value = step;
  });
  to.on('note', ({ text }) => {
    state.note.value = text;
  });
}

async function run(): Promise<void> {
  state.phase.value = 'training';
  announce('The training is under way.');
  await trainer!.run();
  state.phase.value = 'paused';
}

export const pause = (): Promise<void> =>
  trying(async () => {
    state.phase.value = 'pausing';
    await trainer!.pause();
    state.phase.value = 'paused';
    announce(`Paused after ${stepsOf(state.progress.peek()!.step)}.`);
  });

/** Ends the training, with fresh weights for the next. */
export const reset = (): Promise<void> =>
  trying(async () => {
    await trainer?.pause();
    close();
    await (await load()).forgetTraining(KEPT).catch(() => undefined); // where nothing is stored
    announce('The training is forgotten.');
  });

function close(): void {
  trainer?.dispose();
  trainer = undefined;
  settle();
  state.info.value = null;
  state.progress.value = null;
  state.samples.value = null;
  state.kept.value = null;
  state.note.value = null;
  state.curve.value = state.emptyCurve();
}

export const download = (): Promise<void> =>
  trying(async () => {
    const { writeZip } = await zips();
    const files = await trainer!.folder();
    const name = `${state.learnt.peek()!.name.replaceAll(/\W+/g, '-')}-${state.progress.peek()!.step}`;
    const inside = Object.fromEntries(Object.entries(files).map(([path, content]) => [`${name}/${path}`, content]));
    saveFile(new Blob([writeZip(inside)], { type: 'application/zip' }), `${name}.zip`);
  });

/**
 * Opens a model folder with `train/`. It holds no pictures: digits are those of the page, the visitor's are used where they are chosen
 * already, and else the file waits for them. Digits that nobody chose are none.
 */
export const upload = (files: readonly { path: string; file: Blob }[]): Promise<void> =>
  trying(async () => {
    const [only] = files;
    const step =
      files.length === 1 && only!.path.endsWith('.zip')
        ? await (await zips()).readZip(only!.file)
        : Object.fromEntries(files.map(({ path, file }) => [path, file]));
    state.phase.value = 'opening';
    const waiting = { step, file: (await (await load()).openStep(step)).file };
    if (areDigits(waiting.file)) state.source.value = 'digits';
    else if (state.source.peek() === 'digits') state.source.value = 'files';
    if (state.lack.peek() !== null) {
      state.waiting.value = waiting;
      announce(waitingWords(waiting.file));
      return settle();
    }
    const opened = await openFile(waiting);
    settle();
    if (opened) announce('The training is open. Go on trains it further.');
  });

export function leaveFile(): void {
  state.waiting.value = null;
  settle();
}

/** Opens a file's training with the chosen pictures. @returns false where the visitor would rather not */
async function openFile(waiting: state.Waiting): Promise<boolean> {
  const { step, file } = waiting;
  state.phase.value = 'opening';
  const images = await imagesOf(file.shape);
  if (file.classCount !== CLASSES) delete images.labels;
  await takeTraining();
  if (!(await mayLearnOthers(file, images))) {
    state.waiting.value = waiting; // for the next choice
    return false;
  }
  if (!(await mayReplace('Go on from the file?'))) return false;
  const before = trainer; // until the new one is open: it may fail
  await open({ step, images });
  before?.dispose();
  return true;
}

/** Asks, where a training would go on with other pictures than its own. */
async function mayLearnOthers(file: StepFile, images: TrainingImages): Promise<boolean> {
  if (await maySuit(file, images)) return true;
  const text = `The training learned from ${namesOf(file.data!.name)}. The chosen pictures are others: if it goes on with them, it learns to draw them, and forgets its own.`;
  return ask({ title: 'Learn other pictures?', text, yes: 'Learn these', no: 'Choose again' });
}

export const takeFiles = (files: readonly Listed[]): Promise<void> =>
  trying(async () => {
    state.source.value = 'files';
    try {
      const { pictures, of, leftOut } = await readPictures(files, (done, total) => {
        state.reading.value = done / total;
      });
      state.own.value = pictures;
      state.chosenOf.value = of;
      state.note.value = leftOut === null ? null : `Left out: ${leftOut}.`;
      announce(state.lack.peek() ?? `Ready: ${picturesOf(pictures.length, of)}.`);
    } finally {
      state.reading.value = null;
    }
  });

export function takeFrame(picture: Rgba): void {
  if (state.source.peek() !== 'camera') {
    state.own.value = [];
    state.chosenOf.value = null;
  }
  state.source.value = 'camera';
  state.own.value = [...state.own.peek(), picture];
}

/** For the camera, which tells what prevents it. */
export function showTrouble(error: unknown): void {
  state.trouble.value = error instanceof InputError ? error.message : sentence(error);
}
