/** What a class answered: how well it told the kinds apart, what that is worth, and which pictures fooled whom. */
import type { JSX } from 'preact';
import { PictureCanvas } from '../../../components/picture-canvas.tsx';
import { dealsOf, type Round } from '../rules/game.ts';
import { capital } from '../rules/terms.ts';
import { terms } from '../state/state.ts';
import { labelOf } from '../state/words.ts';
import { answersOf } from './roll.ts';
import { type PictureTally, tallyOf } from './tally.ts';
import { classReason, classVerdict } from './words.ts';

export function Sum({ round, roll }: { round: Round; roll: readonly string[] }): JSX.Element {
  const { table, seed } = round;
  const truths = dealsOf(table, seed).map(({ kind }) => kind);
  const tally = tallyOf(truths, answersOf(roll, table.pictures));
  const { real, synthetic } = tally.confusion;
  const words = terms.value;
  return (
    <section class="card game-class-part grid top gap-16" aria-labelledby="game-class-sum">
      <h2 id="game-class-sum" class="card-title">
        4. The sum: {tally.players} player{tally.players === 1 ? '' : 's'}
      </h2>
      <p class="heading">{classVerdict(tally)}</p>
      <p>{classReason(tally)}</p>
      <p class="muted">
        <span class="number">{synthetic.real}</span> of{' '}
        <span class="number">{synthetic.real + synthetic.synthetic}</span> answers to {words.synthetic.many} took them
        for {words.real.as}; <span class="number">{real.synthetic}</span> of{' '}
        <span class="number">{real.real + real.synthetic}</span> answers to {words.real.many} took them for{' '}
        {words.synthetic.as}.
      </p>
      <ol class="game-tallies" aria-label="The pictures, and how many each fooled">
        {tally.pictures.map((picture, place) => (
          <Picture key={String(place)} place={place} round={round} players={tally.players} {...picture} />
        ))}
      </ol>
    </section>
  );
}

type PictureProps = PictureTally & { place: number; round: Round; players: number };

function Picture({ kind, fooled, place, round, players }: PictureProps): JSX.Element {
  const { pool, pictures } = round.table;
  const { pixels } = round.face(place);
  const { word } = terms.value[kind];
  return (
    <li class="game-tally grid top gap-4">
      {pixels ? (
        <PictureCanvas pixels={pixels} shape={pool.shape} label={labelOf(place, pictures, word)} />
      ) : (
        <span class="game-tally-wait" aria-hidden="true">
          …
        </span>
      )}
      <span class={`game-thumb-kind game-thumb-${kind}`}>{capital(word)}</span>
      <span class="game-tally-bar" aria-hidden="true">
        <span ref={(bar) => bar?.style.setProperty('width', `${(100 * fooled) / players}%`)} />
      </span>
      <span class="muted fine">
        fooled {fooled} of {players}
      </span>
    </li>
  );
}
