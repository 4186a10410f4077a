/** The lecturer's words on improvements. */
import type { Note } from '../parts.tsx';

export const NOTES: readonly Note[] = [
  {
    question: 'The tutorial’s network has 62 million parameters, and its pictures are still poor. Why?',
    answer: (
      <p>
        Size is not all. It has no attention, no residual connections and BatchNorm, and it trains for minutes. The
        digits’ network of this page has 1.1 million parameters, and makes better ones.
      </p>
    ),
  },
  {
    question: 'Why should BatchNorm be a problem here?',
    answer: (
      <p>
        A batch holds pictures of all timesteps, some nearly clean, some nearly noise. BatchNorm gives them one mean and
        one variance, but at sampling time all pictures of a batch have the same t. In training mode their mean is one
        that the network never saw. In evaluation mode BatchNorm uses averages over all t, which fit no single one.
      </p>
    ),
  },
  {
    question: 'May we compare the losses of two schedules?',
    answer: (
      <p>
        No. The loss is a mean over the noise that the schedule makes; more noise is easier to name. Compare pictures,
        or measures of pictures, with the same number of steps.
      </p>
    ),
  },
];
