/** Where the round stands: ten marks, score, streak. */
import type { JSX } from 'preact';
import { Icon } from '../../../components/icon.tsx';
import { isRight, score } from '../rules/score.ts';
import { game, record } from '../state/state.ts';

export function Board(): JSX.Element {
  const answers = game.answers.value;
  const place = game.place.value;
  return (
    <div class="game-board row between">
      <ol class="game-marks" aria-label="Pictures of this round">
        {Array.from({ length: game.round.value!.table.pictures }, (_, i) => {
          const answer = answers[i];
          const state = answer ? (isRight(answer) ? 'right' : 'wrong') : i === place ? 'now' : 'ahead';
          return (
            <li key={String(i)} class={`game-mark game-mark-${state}`} aria-current={i === place ? 'step' : undefined}>
              <span class="hidden">
                {i + 1}: {state === 'now' ? 'on the table' : state === 'ahead' ? 'to come' : state}
              </span>
              {answer && <Icon name={isRight(answer) ? 'check' : 'cross'} />}
            </li>
          );
        })}
      </ol>
      <dl class="game-figures">
        <Figure name="Score" value={score(answers)} />
        <Figure name="Streak" value={game.streak.value} />
        <Figure name="Best" value={record.value.best} />
      </dl>
    </div>
  );
}

function Figure({ name, value }: { name: string; value: number }): JSX.Element {
  return (
    <div class="game-figure">
      <dt>{name}</dt>
      <dd class="number" key={value}>
        {value}
      </dd>
    </div>
  );
}
