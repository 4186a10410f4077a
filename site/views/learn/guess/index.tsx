/** Guess the noise: first the visitor guesses how much, then the network guesses which. */

import type { JSX } from 'preact';
import { Card } from '../../../components/card.tsx';
import { Cite } from '../cite.tsx';
import { useDigits } from '../digits.ts';
import { Legend } from '../legend/legend.tsx';
import { useLesson } from '../lesson.ts';
import { NetworkStatus } from '../network-status.tsx';
import { type Note, Notes, TakeAway, Task } from '../parts.tsx';
import './guess.css';
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
      <Legend of={['x0', 'xt', 'ε', 'ε^', 'x^0']} />
      <TakeAway>
        The network never paints. It looks at x<sub>t</sub> and t, and says which noise is in there. What is left is its
        guess of the picture: a mean of all that the picture may have been.
      </TakeAway>
      <Notes notes={NOTES} />
    </>
  );
}

/** The lecturer's questions about the network's job. */
const NOTES: readonly Note[] = [
  {
    question: 'What do we want the U-Net to do?',
    answer: (
      <p>A noisy image goes in, and the noise in that image comes out. Not the clean image, not the next step.</p>
    ),
  },
  {
    question: 'Where is the loss function?',
    answer: (
      <p>
        You have just seen it. After some heavy mathematics the authors (<Cite of="ho2020" />) found that it is enough
        to compare the output of the model, the guessed noise, with the actual noise: the mean squared error. That is
        all.
      </p>
    ),
  },
  {
    question: 'How can it know the noise? It is random.',
    answer: (
      <p>
        It cannot know it, but pictures are not random: a digit is black with a few smooth strokes. Whatever does not
        look like a digit must be noise. Where that does not help, on the edges of strokes, the error map is bright.
      </p>
    ),
  },
];
