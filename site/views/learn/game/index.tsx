/** The game at the end of the lecture: what to look for, and the way to it. */

import { Icon } from '../../../components/button.tsx';
import { formatRoute } from '../../../state/router.ts';
import { hasPlayed, readRecord } from '../../game/state/record.ts';
import { Cite, type Note, Notes, TakeAway, Task } from '../parts.tsx';

export default function GameChapter() {
  return (
    <>
      <Task done={hasPlayed(readRecord())}>
        Play one round of ten pictures. Before each answer, say what gave it away.
      </Task>
      <section class="learn-text grid gap-12">
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

/** What gave the lecture's medical pictures away. */
const NOTES: readonly Note[] = [
  {
    question: 'What gave the medical pictures of the lecture away?',
    answer: (
      <ul>
        <li>A joint: a white piece of bone where there should only be cartilage.</li>
        <li>A baby’s ultrasound: it looks very good, but the head is too homogeneous, its details are missing.</li>
        <li>Vessels: their lines are blurred, and the thin ones are not there at all.</li>
        <li>One had no recognisable anatomy. And one nobody could tell from a real picture, not even the doctor.</li>
      </ul>
    ),
  },
  {
    question: 'Should a doctor be able to tell?',
    answer: (
      <p>
        To train another network with such pictures, they must be right, not only look right: a bone in the wrong place
        teaches the wrong thing. So ask those who know the anatomy, and measure what is missing as well as what is wrong
        (<Cite of="kynkaanniemi2019" />
        ). And a picture may be too real: large models can give away one that they learnt from (
        <Cite of="carlini2023" />
        ).
      </p>
    ),
  },
];
