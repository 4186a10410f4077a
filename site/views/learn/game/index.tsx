/** The game at the end of the lecture: what to look for, and the way to it. */
import type { JSX } from 'preact';
import { Icon } from '../../../components/icon.tsx';
import { formatRoute } from '../../../state/router.ts';
import { hasPlayed, readRecord } from '../../game/state/record.ts';
import { Notes, TakeAway, Task } from '../parts.tsx';
import { NOTES } from './notes.tsx';

export default function GameChapter(): JSX.Element {
  return (
    <>
      <Task done={hasPlayed(readRecord())}>
        Play one round of ten pictures. Before each answer, say what gave it away.
      </Task>
      <section class="learn-text">
        <p>
          Ten pictures of hands or of digits: some are phantoms, or were written by people, the others were made by the
          model on this page a moment ago. A coin has 6 or more of 10 right in 38 % of rounds, and 9 or more in 1 %.
          Whoever is right four times out of five still stays below 9 in 62 % of rounds. So one round proves little:
          play several.
        </p>
        <h2>What to look for</h2>
        <ul>
          <li>Hands: two letters where a film has one, fingers that merge, a growth plate on one finger alone.</li>
          <li>
            Digits: strokes that end in nothing or fork, loops that do not close, parts that belong to two digits.
          </li>
          <li>Edges that are too smooth, and backgrounds that are not quite one shade.</li>
        </ul>
        <p>
          <a class="button button-primary" href={formatRoute('game')}>
            Play
            <Icon name="next" />
          </a>
        </p>
      </section>
      <TakeAway>
        If you cannot tell them apart, the model has learned what real pictures are like. That is no proof that it has
        learned all of them, nor that it may be trusted.
      </TakeAway>
      <Notes notes={NOTES} />
    </>
  );
}
