/** The lecturer's questions about the forward process. */
import type { Note } from '../parts.tsx';

export const NOTES: readonly Note[] = [
  {
    question: 'What does it mean to add noise?',
    answer: (
      <>
        <p>Ask a student. The usual answer, “each pixel adds a different random value”, is right.</p>
        <p>
          An equal one: adding noise means sampling from a normal distribution. To sample from one you need its mean,
          plus the square root of its variance times ε, which comes from a standard normal distribution. That is the
          reparametrisation trick. ε is the key: it is what the network will have to guess.
        </p>
      </>
    ),
  },
  {
    question: 'How many timesteps?',
    answer: (
      <p>
        It depends. Some authors use 1000, but it can go down to 300, as in the tutorial. The more there are, the
        smaller is each change, and the easier it is for the network to follow.
      </p>
    ),
  },
  {
    question: 'How much noise to add?',
    answer: (
      <p>
        β decides, and it is fixed before anything is learned: that is the noise scheduler. If β is small, the mean
        stays close to the pixel and the bell is narrow. If β is close to 1, the mean goes to 0 and the bell gets wide.
        Two usual schedules are the linear one and the cosine. One of them destroys the picture faster: which?
      </p>
    ),
  },
  {
    question: 'Do we need to go through the whole chain to get the image at time t?',
    answer: (
      <p>
        No: that is the super trick. A sum of Gaussians is a Gaussian, so ᾱ<sub>t</sub>, the product of all 1 − β, gives
        any noisy image straight from the original. It is known from the beginning.
      </p>
    ),
  },
];
