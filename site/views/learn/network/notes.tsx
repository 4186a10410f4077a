/** The lecturer's questions about the network. */
import type { Note } from '../parts.tsx';

export const NOTES: readonly Note[] = [
  {
    question: 'Why one network for all timesteps, and not one for each?',
    answer: (
      <p>
        A thousand networks would learn a thousand times what a digit is. One network learns it once, and shares it. The
        price: it must be told t, because the intensity of the noise is different at each.
      </p>
    ),
  },
  {
    question: 'How is the time embedding put into the network?',
    answer: (
      <p>
        As an extra input. In the tutorial a linear layer makes one number for each channel out of it, which is added to
        the feature maps of each block. It has to be repeated, or a deep block would have forgotten it.
      </p>
    ),
  },
  {
    question: 'What would a U-Net without skips lose?',
    answer: (
      <p>
        The exact places. At the bottom the picture is a few pixels a side: it knows that this is a three, not where its
        edge is. But the noise has to be named pixel by pixel.
      </p>
    ),
  },
];
