/** Links and models that change under the view: what then happens to the controls and the sampling. */
import { effect } from '@preact/signals';
import { current, models, route, useModel } from '../../store.ts';
import { decodeLink, encodeLink } from './link.ts';
import { type Draft, fitDraft } from './parameters.ts';
import { cancel, isWriting, sample } from './run.ts';
import { busy, draft, info, limitsOf, phase, run, trouble } from './state.ts';

/** Follows them until the returned function is called, which also cancels what is running. */
export function follow(): () => void {
  const ends = [effect(followAddress), effect(followModel), effect(fitControls)];
  return () => {
    for (const end of ends) end();
    cancel();
  };
}

/** What a link says, until it was tried: wrong for the model or not, it stays for its fields to tell. */
let linked: Draft | null = null;

/** A link fills the controls and samples at once. */
function followAddress(): void {
  const { view, query } = route.value;
  if (view !== 'sample' || isWriting()) return;
  const link = decodeLink(query);
  if (!link) return;
  const unknown = link.model !== null && !models.peek().some(({ id }) => id === link.model);
  const problem = unknown ? `This page has no model “${link.model}”, which the link asks for.` : link.problem;
  // after this effect: what it reads from here on is no reason to run again
  queueMicrotask(async () => {
    linked = link.draft;
    draft.value = link.draft;
    trouble.value = problem;
    if (!problem && !isOnShow(query)) await sample();
    if (linked === link.draft) linked = null;
  });
}

/** Who comes back to a picture finds it as it was left. */
function isOnShow(query: URLSearchParams): boolean {
  const made = run.peek();
  return (
    phase.peek() === 'done' && made !== null && String(encodeLink(made.parameters, made.model.id)) === String(query)
  );
}

/** Loads the model ahead of the first click, except for those who asked browsers to save data. */
function followModel(): void {
  const model = current.value;
  const { connection } = navigator as Navigator & { connection?: { saveData?: boolean } };
  if (connection?.saveData || busy.peek()) return;
  queueMicrotask(() => useModel(model).catch(() => {})); // told by `loaded`
}

/** Another model finds controls that fit it. */
function fitControls(): void {
  if (info.value && draft.peek() !== linked) draft.value = fitDraft(draft.peek(), limitsOf(info.value));
}
