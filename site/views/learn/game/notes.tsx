/** What gave the lecture's medical pictures away. */
import type { Note } from '../parts.tsx';

export const NOTES: readonly Note[] = [
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
        teaches the wrong thing. So ask those who know the anatomy, and measure what is missing as well as what is
        wrong.
      </p>
    ),
  },
];
