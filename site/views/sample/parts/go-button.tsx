import { computed, signal } from '@preact/signals';
import { Button } from '../../../components/button.tsx';
import { conditionWords, usualRange } from '../../../components/condition-words.ts';
import { current, useModel } from '../../../state/store.ts';
import { kindOf, rangeText, type StartKind } from '../state/fields.ts';
import { cancel, sample } from '../state/run.ts';
import { busy, change, draft, firstDraft, info, live, problems } from '../state/state.ts';
import { toldSpec } from '../state/told-state.ts';

const WORDS: Record<StartKind, string> = {
  noise: 'Sample',
  fill: 'Fill',
  redraw: 'Redraw',
  vary: 'Vary',
  between: 'Go between',
  same: 'Sample',
};

/** What is beside the button may hide the pictures on a small screen. */
function start(): void {
  if (kindOf(draft.peek()) !== 'noise' || toldSpec.peek() !== null) {
    document.querySelector('.sample-stage')?.scrollIntoView({ block: 'nearest' });
  }
  void sample();
}

/** One button that starts and cancels, so that the focus stays on it. What is missing to start stands beside it. */
export function GoButton() {
  const running = busy.value;
  return (
    <Button
      class="sample-go"
      kind={running ? 'plain' : 'primary'}
      icon={running ? 'stop' : 'play'}
      disabled={!running && (problems.value.start ?? problems.value.drawing) !== undefined}
      onClick={({ detail }) => {
        if (!running) start();
        else if (detail < 2) cancel(); // a double click means start
      }}
    >
      {running ? 'Cancel' : WORDS[kindOf(draft.value) ?? 'noise']}
    </Button>
  );
}

/** For models that take a number: what it does, in one click. A live one has a slider for it. */
export function Invitation() {
  const name = sweepable.value;
  if (name === undefined || live.value || kindOf(draft.value) !== 'noise') return null;
  const { label, sight } = conditionWords(name);
  const number = `${label.charAt(0).toLowerCase()}${label.slice(1)}`;
  return (
    <div class="sample-invitation row">
      <p>
        One seed, and only the {number} changes: watch {sight}.
      </p>
      <Button icon="play" disabled={busy.value || asked.value} onClick={sweepOnce}>
        One seed, every {number}
      </Button>
      {asked.value && (
        <p class="field-hint" role="status">
          It begins as soon as the network is here.
        </p>
      )}
    </div>
  );
}

/** Of hands one every two years, from 2 to 18. */
const PICTURES = 9;

/** The model's first number, if it takes any. Before the model is here, its recording says so. */
const sweepable = computed<string | undefined>(() =>
  info.value ? info.value.conditions[0]?.name : Object.keys(firstDraft(current.value).conditions)[0],
);

/** It was pressed before the network was there. */
const asked = signal(false);

/** Waits for the network, unless another is chosen meanwhile. */
async function sweepOnce(): Promise<void> {
  const model = current.peek();
  asked.value = !info.peek();
  const there = await useModel(model).then(
    () => true,
    () => false, // the bar of the model says why
  );
  asked.value = false;
  if (there && current.peek() === model) sweep();
}

/** Sets the controls for it, and samples at once. Nothing before the model is here. */
function sweep(): void {
  const {
    classes,
    conditions: [spec],
  } = info.peek() ?? { classes: 0, conditions: [] };
  if (!spec) return;
  const { labels, conditions } = draft.peek();
  change({
    start: 'same',
    count: String(PICTURES),
    labels: classes > 0 ? [labels[0] ?? 0] : [],
    conditions: { ...conditions, [spec.name]: rangeText(...usualRange(spec)) },
  });
  void sample();
}
