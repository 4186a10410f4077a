/** Sampling: from the controls to the frames, however it ends. */

import type { ModelInfo, StepFrame } from '@onnoise/runtime-web';
import { nextTask } from '@onnoise/runtime-web/parts';
import { completeRequest, type PictureOptions, partShown, pictureShapeOf } from '@onnoise/scheduler/model';
import { batch } from '@preact/signals';
import { noticeOf } from '../../../state/phantoms.ts';
import { announce, current, go, type ModelEntry, samplingWorker, sentence, useModel } from '../../../state/store.ts';
import { nextPaint } from '../../../state/tasks.ts';
import { createFrameStore } from './frames.ts';
import { encodeLink } from './link.ts';
import { createPace, formatSeconds, quarterReached } from './pace.ts';
import { check, type Parameters, toRequest } from './parameters.ts';
import { needsPicture, type Start } from './start.ts';
import { brought, mask, source } from './start-state.ts';
import * as state from './state.ts';
import type { ToldPicture } from './told-picture.ts';
import { drawing, fetchExamples, toldPicture } from './told-state.ts';
import { takeTurn, turnsOver } from './turns.ts';
import { counted, unitOf } from './unit.ts';

let abort: AbortController | undefined;
/** How the last sampling ended: the state to return to if the next one is refused. */
let settled: 'idle' | 'done' | 'cancelled' | 'failed' = 'idle';
let writing = false;

/** True while this view writes the address, which is then not a link to follow. */
export const isWriting = (): boolean => writing;

function settle(phase: typeof settled): void {
  settled = phase;
  state.phase.value = phase;
}

/** Samples what the controls say, and cancels what was running. Sets `phase` to the outcome; never throws. */
export async function sample(): Promise<void> {
  abort?.abort();
  const mine = new AbortController();
  abort = mine;
  const { signal } = mine;
  const model = current.peek();
  state.trouble.value = null;
  const goBack = keepShown();
  if ('problems' in state.checked.peek()) return refuse();
  state.phase.value = 'loading';
  try {
    const [info] = await Promise.all([useModel(model), fetchExamples(model)]);
    await turnsOver();
    await nextTask(); // what says that the model is there is shown by the one before
    if (signal.aborted) return;
    const checked = check(state.draft.peek(), state.limitsOf(info), brought.peek());
    if ('problems' in checked) return refuse();
    await runWith(checked.parameters, model, info, signal);
    if (signal.aborted) return;
    if (!checked.parameters.start) state.lastSampled.value = state.run.peek();
    settle('done');
  } catch (error) {
    if (abort !== mine || signal.aborted) return; // whoever cancelled set the phase
    const cancelled = error instanceof DOMException && error.name === 'AbortError'; // by another view, or another model
    if (state.phase.peek() === 'sampling') {
      if (cancelled || !goBack()) showWhatCame();
    }
    settle(cancelled ? 'cancelled' : 'failed');
    if (!cancelled) state.trouble.value = sentence(error);
  } finally {
    if (abort === mine) abort = undefined;
  }
}

function refuse(): void {
  state.phase.value = settled;
  state.refusals.value = state.refusals.peek() + 1;
  announce('The pictures cannot be sampled: a value needs another look.');
}

/** Ends the sampling under way; its steps so far stay. */
export function cancel(): void {
  if (!abort) return;
  abort.abort();
  abort = undefined;
  if (state.phase.peek() === 'sampling') {
    showWhatCame();
    settle('cancelled');
  } else {
    state.phase.value = settled;
  }
  announce('Cancelled.');
}

/** Remembers what is shown. Returns a function that restores it and says whether there was anything. */
function keepShown(): () => boolean {
  const [run, last, pinned, pace] = [state.run.peek(), state.last.peek(), state.pinned.peek(), state.pace.peek()];
  return () => {
    if (!run || last < 0) return false;
    batch(() => {
      state.run.value = run;
      state.last.value = last;
      state.pinned.value = pinned;
      state.pace.value = pace;
    });
    return true;
  };
}

function showWhatCame(): void {
  const frames = state.run.peek()?.frames;
  frames?.close();
  state.last.value = frames?.last ?? -1;
}

async function runWith(parameters: Parameters, model: ModelEntry, info: ModelInfo, signal: AbortSignal): Promise<void> {
  const { count, start, told } = parameters;
  const picture = broughtTo(start);
  const request = { ...toRequest(parameters, info.classes), ...picture, ...toldTo(told) };
  const { table, seeds, labels } = completeRequest(info, request);
  const steps = table.rows.length;
  const unit = unitOf(parameters.sampler, start?.kind === 'fill' ? start.resamples : 1);
  const shape = pictureShapeOf(info);
  const { maskOutput } = info;
  const noisy = state.startOf(seeds, { shape, ...(maskOutput && { maskOutput }) }, table, picture.from);
  await nextTask();
  if (signal.aborted) return;
  const frames = createFrameStore(noisy, steps);
  const named = (label: number) => info.classNames?.[label] ?? String(label);
  state.run.value = {
    parameters,
    model,
    shape,
    maskOutput,
    shows: partShown('draw the pictures', info),
    unit,
    timesteps: table.rows.map(({ timestep }) => timestep),
    seeds,
    labels,
    classes: labels?.map(named),
    notice: noticeOf(info),
    start: noisy,
    frames,
  };
  state.last.value = -1;
  state.pinned.value = null;
  state.playing.value = false;
  state.pace.value = null;
  if ((state.enlarged.peek() ?? 0) >= count) state.enlarged.value = null;
  state.phase.value = 'sampling';
  if (state.unlinkable(state.run.value) === undefined) writeAddress(parameters, model);
  announce(`Sampling ${pictures(count)} in ${counted(steps, unit)}.`);

  await nextPaint(); // the network takes all cores
  if (signal.aborted) return;
  const tempo = createPace(steps);
  let before = 0;
  let drawing = 0;
  const draw = () => {
    drawing = 0;
    if (!signal.aborted) state.last.value = frames.last;
  };
  const onStep = ({ step, x, x0, masks, masks0, seconds }: StepFrame) => {
    frames.push({ step, x, x0, ...(masks && { masks }), ...(masks0 && { masks0 }) });
    state.pace.value = tempo(step, seconds);
    const quarter = quarterReached(before, step, steps);
    before = step;
    if (quarter > 0) announce(`${quarter * 25} percent.`);
    drawing ||= requestAnimationFrame(draw); // several steps may share a frame of the screen
  };
  const sampling = takeTurn(() => samplingWorker.sample(request, { signal, onStep }));
  const { seconds, stepsPerSecond } = await sampling.finally(() => cancelAnimationFrame(drawing));
  if (signal.aborted) return;
  state.last.value = frames.last;
  state.pace.value = { seconds, stepsPerSecond, left: null };
  announce(`Done: ${pictures(count)} in ${formatSeconds(seconds)}.`);
}

/** The picture that sampling starts from, and its mask. */
function broughtTo(start: Start | undefined): Pick<PictureOptions, 'from' | 'mask'> {
  if (!start || !needsPicture(start.kind)) return {};
  const from = source.peek()!.values;
  return start.kind === 'fill' ? { from, mask: Float32Array.from(mask.peek()!) } : { from };
}

/** The drawing or picture that the network is told. */
function toldTo(told: ToldPicture | undefined): Pick<PictureOptions, 'conditionImages'> {
  if (told?.kind === 'drawing') return { conditionImages: drawing.peek()! };
  return told?.kind === 'picture' ? { conditionImages: toldPicture.peek()!.values } : {};
}

export const pictures = (count: number) => (count === 1 ? '1 picture' : `${count} pictures`);

/** The address names the picture, so that a reload brings it back. */
function writeAddress(parameters: Parameters, model: ModelEntry): void {
  writing = true;
  go('sample', encodeLink(parameters, model.id), { replace: true });
  writing = false;
}
