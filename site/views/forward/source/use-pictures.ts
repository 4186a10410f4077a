import type { Signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { sentence } from '#site/state/store.ts';
import { fetchDigits } from '../state/digits.ts';
import { fetchHands } from '../state/hands.ts';
import { digits, hands } from '../state/state.ts';

/**
 * Fetches the shipped pictures that are not here yet.
 * @param tell takes the sentence that says why one kind cannot be had
 */
export function usePictures(tell: (trouble: string) => void): void {
  useEffect(() => {
    keep(hands, fetchHands, tell);
    keep(digits, fetchDigits, tell);
  }, []);
}

function keep<T>(place: Signal<T | null>, fetch: () => Promise<T>, tell: (trouble: string) => void): void {
  if (place.peek()) return;
  fetch().then(
    (fetched) => {
      place.value = fetched;
    },
    (error: unknown) => tell(sentence(error)),
  );
}
