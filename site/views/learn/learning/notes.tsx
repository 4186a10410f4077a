/** The lecturer's questions about training. */
import type { Note } from '../parts.tsx';

export const NOTES: readonly Note[] = [
  {
    question: 'One image has 300 noisy versions. Which of them do we give to the network?',
    answer: (
      <p>
        One is enough; that is what the authors found. One image, one timestep. If it saw all of them at once, it might
        learn by heart how to denoise this image, and fail with others. In the next round the same image gets another t.
      </p>
    ),
  },
  {
    question: 'Why does the loss not go to zero?',
    answer: (
      <p>
        Different points can become the same noisy point, so the noise cannot be known exactly. The network learns the
        mean of all noises that could have been. That mean is the arrow.
      </p>
    ),
  },
  {
    question: 'Why is the loss so jumpy?',
    answer: (
      <p>
        Each round draws other times. With a small t there is hardly any noise, and it is hard to find; with a large t
        it is easy. The chart shows means of 20 rounds for that reason.
      </p>
    ),
  },
  {
    question: 'How does this compare with training a GAN?',
    answer: (
      <p>
        A GAN trains two networks against each other, and its losses say little about the pictures. Here there is one
        network and one plain error: the guessed noise against the real one.
      </p>
    ),
  },
];
