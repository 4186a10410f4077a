/** What a player may say gave a picture away, and how often he was right by it. */

import { type Answer, isRight } from './score.ts';
import type { Subject } from './subject.ts';

export interface Reason {
  id: string;
  label: string;
}

const GUESS: Reason = { id: 'guess', label: 'Just a guess' };

/** In the order of their keys, 1 to 6. */
export const REASONS: Record<Subject, readonly Reason[]> = {
  drawing: [
    { id: 'shape', label: 'Shape' },
    { id: 'lines', label: 'Lines' },
    { id: 'edges', label: 'Edges' },
    { id: 'noise', label: 'Noise' },
    { id: 'background', label: 'Background' },
    GUESS,
  ],
  hand: [
    { id: 'fingers', label: 'Fingers' },
    { id: 'bones', label: 'Bones' },
    { id: 'edges', label: 'Edges' },
    { id: 'noise', label: 'Noise' },
    { id: 'marker', label: 'Marker' },
    GUESS,
  ],
};

export interface ReasonScore extends Reason {
  right: number;
  of: number;
}

/** Of each reason that was given, in the order of the list. */
export function scoresByReason(answers: readonly Answer[], subject: Subject): ReasonScore[] {
  return REASONS[subject].flatMap((reason) => {
    const given = answers.filter((answer) => answer.reason === reason.id);
    return given.length === 0 ? [] : [{ ...reason, right: given.filter(isRight).length, of: given.length }];
  });
}
