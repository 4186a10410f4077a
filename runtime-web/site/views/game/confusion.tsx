/** Which kind was taken for which, in this round and in all rounds on this device. */
import type { JSX } from 'preact';
import { balancedAccuracy, shareOf } from './chance.ts';
import { confusionOf, type ModelRecord } from './record.ts';
import { confusion, withInterval } from './score.ts';
import { game, modelKey, record } from './state.ts';

export function Confusion(): JSX.Element {
  const { real, synthetic } = confusion(game.answers.value);
  const { info, model } = game.round.value!.table;
  const all = record.value.models[modelKey(info.hash)];
  const shown = synthetic.real + synthetic.synthetic;
  return (
    <section class="card game-confusion" aria-labelledby="game-confusion-title">
      <h2 id="game-confusion-title" class="card-title">
        <span class="number">{synthetic.real}</span> of <span class="number">{shown}</span> synthetic pictures passed
        for real
      </h2>
      <table class="game-table">
        <thead>
          <tr>
            <td />
            <th scope="col">You said real</th>
            <th scope="col">You said synthetic</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">Real</th>
            <td class="game-cell-right">{real.real}</td>
            <td>{real.synthetic}</td>
          </tr>
          <tr>
            <th scope="row">Synthetic</th>
            <td>{synthetic.real}</td>
            <td class="game-cell-right">{synthetic.synthetic}</td>
          </tr>
        </tbody>
      </table>
      {all && all.shown > 0 && <AllRounds all={all} title={model.title} />}
    </section>
  );
}

function AllRounds({ all, title }: { all: ModelRecord; title: string }): JSX.Element {
  const balanced = balancedAccuracy(confusionOf(all));
  return (
    <p class="muted">
      Over {all.rounds} round{all.rounds === 1 ? '' : 's'} on this device, {all.passed} of {all.shown} pictures by{' '}
      {title} passed: {withInterval(shareOf(all.passed, all.shown))}. A coin would let 50 % pass.
      {balanced && ` Your balanced accuracy: ${withInterval(balanced)}.`}
    </p>
  );
}
