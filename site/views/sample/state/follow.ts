/** Updates the controls and the sampling when a link or the model changes. */
import { effect } from '@preact/signals';
import { atRest } from '../../../state/at-rest.ts';
import { atFirstSign } from '../../../state/first-sign.ts';
import { stoodAtFirst } from '../../../state/standing.ts';
import { current, models, route, useModel } from '../../../state/store.ts';
import { firstPaint } from '../../../state/tasks.ts';
import { decodeLink, encodeLink } from './link.ts';
import { type Draft, fitDraft } from './parameters.ts';
import { cancel, isWriting, sample } from './run.ts';
import { busy, draft, firstDraft, info, isFirstDraft, limitsOf, live, phase, run, trouble } from './state.ts';
import { UNTOLD } from './told-picture.ts';
import { fetchExamples, showLinked, toldTrouble } from './told-state.ts';

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
