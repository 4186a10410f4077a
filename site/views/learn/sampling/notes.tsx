/** The lecturer's questions about sampling. */
import type { Note } from '../parts.tsx';

export const NOTES: readonly Note[] = [
  {
    question: 'Do we just subtract the noise from the image?',
    answer: (
      <p>
        Almost. That is the idea, and the lecture says it so: x<sub>t−1</sub> ≈ x<sub>t</sub> − noise. But the guess is
        rough while there is much noise. So a step takes away only a part of it, and asks again from a slightly better
        picture.
      </p>
    ),
  },
  {
    question: 'Why do we add noise again, when we want to get rid of it?',
    answer: (
      <p>
        Each x<sub>t</sub> in training had its full share of noise. Without fresh noise the picture would be smoother
        than anything the network has seen at that t. The last step adds none: there the picture is returned.
      </p>
    ),
  },
  {
    question: 'How many steps?',
    answer: (
      <p>
        As in the forward process: it depends. The network was trained with T = 1000, but it may skip timesteps: 20
        steps visit every 50th. Try 10 and 50 with the same noise, and compare.
      </p>
    ),
  },
  {
    question: 'The page says velocity, the lecture says noise. Who is right?',
    answer: (
      <p>
        Both. The velocity v is a mixture of noise and picture that is easy to guess at every t: near pure noise it is
        nearly minus the picture (guessing the noise there is trivial), near the picture it is nearly the noise.
      </p>
    ),
  },
];
