/** The step on show, in both figures of one step. */
import { computed, signal } from '@preact/signals';
import { momentOf, type Steps } from './moments.ts';

export const steps = signal<Steps>(20);
/** Share of the way from the picture to noise. */
export const place = signal(0.5);
/** Number of the step from the picture: the last one draws nothing, so it is left out. */
export const number = computed(() => Math.max(2, Math.round(place.value * steps.value)));
export const moment = computed(() => momentOf(steps.value, number.value));
