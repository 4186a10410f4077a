/** The lecturer's questions about the network's job. */
import type { Note } from '../parts.tsx';

export const NOTES: readonly Note[] = [
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
        You have just seen it. After some heavy mathematics the authors found that it is enough to compare the output of
        the model, the guessed noise, with the actual noise: the mean squared error. That is all.
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
