/** What pictures show, which decides the measures, the reasons and the last step: strokes of a drawing, bones of a hand. */
export const SUBJECTS = ['drawing', 'hand'] as const;
export type Subject = (typeof SUBJECTS)[number];
