/** Which kind was taken for which, in this round and in all rounds on this device. */
import type { JSX } from 'preact';
import { balancedAccuracy, shareOf } from '../rules/chance.ts';
import { confusion, withInterval } from '../rules/score.ts';
import { capital } from '../rules/terms.ts';
import { confusionOf, type ModelRecord } from '../state/record.ts';
import { game, modelKey, record, terms } from '../state/state.ts';

export function Confusion(): JSX.Element {
  const { real, synthetic } = confusion(game.answers.value);
  const { table } = game.round.value!;
  const words = terms.value;
  const all = record.value.models[modelKey(table.info.hash)];
  const shown = synthetic.real + synthetic.synthetic;
  return (
    <section class="card grid top gap-14" aria-labelledby="game-confusion-title">
      <h2 id="game-confusion-title" class="card-title">
        <span class="number">{synthetic.real}</span> of <span class="number">{shown}</span> {words.synthetic.many}{' '}
        passed for {words.real.as}
      </h2>
      <table class="game-table">
        <thead>
          <tr>
            <td />
            <th scope="col">You said {words.real.word}</th>
            <th scope="col">You said {words.synthetic.word}</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">{capital(words.real.word)}</th>
            <td class="game-cell-right">{real.real}</td>
            <td>{real.synthetic}</td>
          </tr>
          <tr>
            <th scope="row">{capital(words.synthetic.word)}</th>
            <td>{synthetic.real}</td>
            <td class="game-cell-right">{synthetic.synthetic}</td>
          </tr>
        </tbody>
      </table>
      {all && all.shown > 0 && <AllRounds all={all} title={table.model.title} />}
    </section>
  );
}

function AllRounds({ all, title }: { all: ModelRecord; title: string }): JSX.Element {
  const balanced = balancedAccuracy(confusionOf(all));
  return (
    <p class="muted">
      Over {all.rounds === 1 ? '1 round' : `${all.rounds} rounds`} on this device, {all.passed} of {all.shown} pictures
      by {title} passed: {withInterval(shareOf(all.passed, all.shown))}. A coin would let 50 % pass.
      {balanced && ` Your balanced accuracy: ${withInterval(balanced)}.`}
    </p>
  );
}
