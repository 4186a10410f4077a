/** Guess the noise: first the visitor guesses how much, then the network guesses which. */
import type { JSX } from 'preact';
import { Card } from '../../../components/card.tsx';
import { useDigits } from '../digits.ts';
import { useLesson } from '../lesson.ts';
import { NetworkStatus } from '../network-status.tsx';
import { Notes, TakeAway, Task } from '../parts.tsx';
import './guess.css';
import { NOTES } from './notes.tsx';
import { Reveal } from './reveal.tsx';
import { Riddle } from './riddle.tsx';
import { shown } from './state.ts';

export default function GuessChapter(): JSX.Element {
  const lesson = useLesson();
  const digits = useDigits();
  return (
    <>
      <Task done={shown.value}>
        How noisy is this picture? Guess its t, then let the network guess the noise itself.
      </Task>
      <Card class="grid gap-18">
        <Riddle lesson={digits && lesson} />
        <NetworkStatus />
        {shown.value && lesson && <Reveal lesson={lesson} />}
      </Card>
      <TakeAway>
        The network never paints. It looks at x<sub>t</sub> and t, and says which noise is in there; what is left is its
        guess of the picture.
      </TakeAway>
      <Notes notes={NOTES} />
    </>
  );
}
