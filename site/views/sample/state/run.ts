/** Sampling: from the controls to the frames, however it ends. */
import type { ModelInfo, StepFrame } from '@onnoise/runtime-web';
import { nextTask } from '@onnoise/runtime-web/parts';
import { completeRequest, type PictureOptions, partShown, pictureShapeOf } from '@onnoise/scheduler/model';
import { batch, effect } from '@preact/signals';
import { noticeOf } from '../../../state/phantoms.ts';
import { stoodAtFirst } from '../../../state/standing.ts';
import {
  announce,
  current,
  go,
  type ModelEntry,
  models,
  route,
  samplingWorker,
  sentence,
  useModel,
} from '../../../state/store.ts';
import { atFirstSign, atRest, firstPaint, nextPaint } from '../../../state/tasks.ts';
import { needsPicture, type Start, type ToldPicture, UNTOLD } from './fields.ts';
import { createFrameStore } from './frames.ts';
import { decodeLink, encodeLink } from './link.ts';
import { counted, createPace, formatSeconds, quarterReached, unitOf } from './pace.ts';
import { check, type Draft, fitDraft, type Parameters, toRequest } from './parameters.ts';
import * as state from './state.ts';
import { busy, draft, firstDraft, info, isFirstDraft, limitsOf, live, phase, run, trouble } from './state.ts';
import { brought, drawing, fetchExamples, mask, showLinked, source, toldPicture, toldTrouble } from './told-state.ts';
import { takeTurn, turnsOver } from './turns.ts';

let abort: AbortController | undefined;
/** How the last sampling ended: the state to return to if the next one is refused. */
let settled: 'idle' | 'done' | 'cancelled' | 'failed' = 'idle';
let writing = false;

/** True while this view writes the address, which is then not a link to follow. */
const isWriting = (): boolean => writing;

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

/** Updates the controls and the sampling when a link or the model changes. */

/** Follows them until the returned function is called, which also cancels the sampling under way. */
export function follow(): () => void {
  const ends = [effect(followAddress), effect(followModel), effect(refreshControls), effect(fitControls)];
  return () => {
    for (const end of ends) end();
    cancel();
  };
}

/** A link's draft until it was tried. It stays even if it does not fit the model, so that its fields show why. */
let linked: Draft | undefined;

/** A link fills the controls and samples at once. */
function followAddress(): void {
  const followed = route.value;
  const { view, query } = followed;
  if (view !== 'sample' || isWriting()) return;
  const link = decodeLink(query);
  if (!link) return;
  const unknown = link.model !== undefined && !models.peek().some(({ id }) => id === link.model);
  const problem = unknown ? `The link names the model “${link.model}”, which this page does not have.` : link.problem;
  // after this effect, so that signals read below do not run it again
  queueMicrotask(async () => {
    const bare = [...query.keys()].every((key) => key === 'model'); // no settings: those of the model
    const wanted = bare ? firstDraft(current.peek()) : link.draft;
    linked = bare ? undefined : wanted;
    draft.value = wanted;
    showLinked(wanted.drawing === UNTOLD ? '' : wanted.drawing);
    trouble.value = problem ?? null;
    const drawsItself = bare && live.peek() !== null;
    await firstPaint(); // the controls first: the network takes all cores
    const isThere = route.peek() === followed;
    if (isThere && !problem && !drawsItself && !isOnShow(query)) await sample();
    if (linked === wanted) linked = undefined;
  });
}

/** A visitor who comes back to a picture finds it unchanged. */
function isOnShow(query: URLSearchParams): boolean {
  const made = run.peek();
  return (
    phase.peek() === 'done' && made !== null && String(encodeLink(made.parameters, made.model.id)) === String(query)
  );
}

/** True for the model that the page begins with: the visitor has asked for nothing yet. */
let canWait = stoodAtFirst;

/** Loads the model before the first click, unless the visitor's browser saves data. */
function followModel(): void {
  const model = current.value;
  const { connection } = navigator as Navigator & { connection?: { saveData?: boolean } };
  if (connection?.saveData || busy.peek()) return;
  const load = (after?: Promise<void>) => {
    if (model !== current.peek()) return;
    useModel(model, after).catch(() => {}); // `loaded` has the error
    void fetchExamples(model);
  };
  if (!canWait) void firstPaint().then(() => load());
  else if (model.live) {
    // what moves first is the model itself: its download begins at once
    const quiet = new Promise<void>((resolve) => afterwards(resolve));
    atRest(() => load(quiet), BUSY);
  } else afterwards(() => load(), model.recording === undefined ? 0 : RECORDED);
  canWait = false;
}

/** Milliseconds that the page, or a recorded sampling, has the machine to itself, and that a busy page has from then on. */
const [RECORDED, BUSY] = [4000, 2000];

/**
 * At the visitor's first sign: to start a network takes all cores for a second, first to see how many threads are worth it, and a
 * phone should show the page first.
 */
function afterwards(then: () => void, latest = RECORDED): void {
  atFirstSign(() => atRest(then, BUSY), latest);
}

let before = current.peek();

/** Controls that nobody has touched say what they say at first of another model. */
function refreshControls(): void {
  const model = current.value;
  if (model !== before) toldTrouble.value = null;
  if (model !== before && isFirstDraft(draft.peek(), before)) draft.value = firstDraft(model);
  before = model;
}

/** Fits the controls to another model. */
function fitControls(): void {
  if (info.value && draft.peek() !== linked) draft.value = fitDraft(draft.peek(), limitsOf(info.value));
}
