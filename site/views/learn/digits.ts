/** Real digits for the chapters. */
import { signal } from '@preact/signals';
import { digitPicture, type Picture } from '../../state/picture.ts';
import { type Digits, fetchDigits } from '../forward/state/digits.ts';
import { digits } from '../forward/state/state.ts';
import { useFetched } from './use-fetched.ts';

/** Fetches them once; the forward process shares them. */
export const useDigits = (): Digits | undefined => useFetched('digits', digits, fetchDigits);

/** How many there are. */
export const countOf = ({ bytes, width, height }: Digits): number => bytes.length / (width * height);

/** One of them, by its place. */
export const pictureAt = ({ bytes, width, height }: Digits, index: number): Picture =>
  digitPicture(bytes, index, width, height, 'a handwritten digit');

/** The place of a digit that the page shows first. */
export const firstOf = ({ places }: Digits, label: number): number => places[label] ?? 0;

/** Kept while the page is open, so that chapters go on with one picture. */
export const shownDigit = signal(3);
