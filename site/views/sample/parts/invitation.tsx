import type { JSX } from 'preact';
import { Button } from '../../../components/button.tsx';
import { conditionWords } from '../../../components/condition-words.ts';
import { kindOf } from '../state/start.ts';
import { busy, draft, info } from '../state/state.ts';
import { sweep, sweepable } from '../state/sweep.ts';

/** For models that take a number: what it does, in one click. */
export function Invitation(): JSX.Element | null {
  const name = sweepable.value;
  if (name === undefined || kindOf(draft.value) !== 'noise') return null;
  const { label, sight } = conditionWords(name);
  const number = `${label.charAt(0).toLowerCase()}${label.slice(1)}`;
  return (
    <div class="sample-invitation row">
      <p>
        One seed, and only the {number} changes: watch {sight}.
      </p>
      <Button icon="play" disabled={busy.value || !info.value} onClick={sweep}>
        One seed, every {number}
      </Button>
    </div>
  );
}
