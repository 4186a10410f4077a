/** Before the answer: what the player goes by, if he wants to say so. */
import type { JSX } from 'preact';
import { REASONS } from '../rules/reasons.ts';
import { choose, game, reason } from '../state/state.ts';

export function ReasonChoice(): JSX.Element {
  const { subject } = game.round.value!.table.pool;
  return (
    <fieldset class="game-reasons">
      <legend>What do you go by? You need not say.</legend>
      <div class="game-reason-row">
        {REASONS[subject].map(({ id, label }, i) => (
          <button
            key={id}
            type="button"
            class="game-reason"
            aria-pressed={reason.value === id}
            aria-keyshortcuts={String(i + 1)}
            onClick={() => choose(id)}
          >
            {label}
          </button>
        ))}
      </div>
    </fieldset>
  );
}
