/** One seed, and a number that goes through its range: all that the pictures differ in. */
import { computed } from '@preact/signals';
import { usualRange } from '../../../components/condition-words.ts';
import { current } from '../../../state/store.ts';
import { rangeText } from './condition-draft.ts';
import { sample } from './run.ts';
import { draft, firstDraft, info } from './state.ts';

/** Of hands one every two years, from 2 to 18. */
const PICTURES = 9;

/** The model's first number, if it takes any. Before the model is here, its recording says so. */
export const sweepable = computed<string | undefined>(() =>
  info.value ? info.value.conditions[0]?.name : Object.keys(firstDraft(current.value).conditions)[0],
);

/** Sets the controls for it, and samples at once. Nothing before the model is here. */
export function sweep(): void {
  const {
    classes,
    conditions: [spec],
  } = info.peek() ?? { classes: 0, conditions: [] };
  if (!spec) return;
  const { labels, conditions } = draft.peek();
  draft.value = {
    ...draft.peek(),
    start: 'same',
    count: String(PICTURES),
    labels: classes > 0 ? [labels[0] ?? 0] : [],
    conditions: { ...conditions, [spec.name]: rangeText(...usualRange(spec)) },
  };
  void sample();
}
