/** The lecturer's words on generative models. */
import type { Note } from '../parts.tsx';

export const NOTES: readonly Note[] = [
  {
    question: 'Where have you seen generative models?',
    answer: (
      <p>
        A painting by a network was sold for $432,500 in New York. Deepfakes of actors. Design tools that turn a sketch
        into a photograph. Ask the class for more.
      </p>
    ),
  },
  {
    question: 'What do we need to build a diffusion model?',
    answer: (
      <p>
        Three things. A noise scheduler, which decides how much noise to add: the forward process. A neural network,
        which takes the noise away: the backward process. And an encoding of the timestep, so that the network knows
        where it is.
      </p>
    ),
  },
  {
    question: 'Why do GANs leave out a part of the data?',
    answer: (
      <p>
        The painting network only has to fool the judging one. If a few kinds of pictures do that, there is no reason to
        paint the others. A diffusion model has to name the noise of every picture in the data, the rare ones too.
      </p>
    ),
  },
];
