/** What pictures show, which decides the measures, the reasons and the last step: strokes of a drawing, bones of a hand. */
export type Subject = 'drawing' | 'hand';
