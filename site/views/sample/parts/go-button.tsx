import type { JSX } from 'preact';
import { Button } from '../../../components/button.tsx';
import { cancel, sample } from '../state/run.ts';
import { kindOf, type StartKind } from '../state/start.ts';
import { busy, draft, problems } from '../state/state.ts';
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
export function GoButton(): JSX.Element {
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
