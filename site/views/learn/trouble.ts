/** What the chapters could not fetch or compute, each a sentence, and one way to try all of it again. */
import { computed, signal } from '@preact/signals';
import { sentence } from '../../state/store.ts';

/** What a chapter needs: the model's folder, real digits, hands, phantoms of all ages, the answers of a network. */
export type Need = 'model' | 'digits' | 'hands' | 'phantoms' | 'network';

const known = signal<Partial<Record<Need, string>>>({});

/** The first that is wrong. */
export const trouble = computed(() => {
  const [need, words] = Object.entries(known.value)[0] ?? [];
  return need === undefined ? null : { need: need as Need, words: words! };
});

/** How often the visitor has tried again: what is missing is fetched once for each. */
export const attempt = signal(0);

export function tell(need: Need, error: unknown): void {
  known.value = { ...known.peek(), [need]: sentence(error) };
}

/** It is there now, or no longer wanted. */
export function settle(need: Need): void {
  const { [need]: words, ...others } = known.peek();
  if (words !== undefined) known.value = others;
}

export function tryAgain(): void {
  known.value = {};
  attempt.value++;
}
