/**
 * What the two kinds of pictures are called. They depend on where the first kind is from: pictures of real things are real,
 * and drawings by a program that look like radiographs are phantoms, which nobody should take for radiographs.
 */
import type { Kind } from './plan.ts';

interface KindWords {
  /** "it is ...": real, a phantom */
  is: string;
  /** Of one picture, as a label: real, phantom. Its first letter is the key that says so. */
  word: string;
  /** Several: real pictures, phantoms */
  many: string;
  /** "taken for ...": real, phantoms */
  as: string;
}

export interface Terms extends Record<Kind, KindWords> {
  /** The title of the game. */
  title: string;
  /** What a picture is asked. */
  question: string;
  /** "Some ...": where the pictures of the first kind are from. */
  some: string;
  /** "the others were ... by the model": painted, generated */
  made: string;
  /** What a player may say gave a picture away, in the order of the keys 1 to 6. */
  reasons: readonly string[];
  /** A sentence that stands wherever the pictures stand. */
  notice?: string;
}

export const TERMS = {
  real: {
    title: 'Real or synthetic?',
    question: 'Is it real, or did the model paint it?',
    real: { is: 'real', word: 'real', many: 'real pictures', as: 'real' },
    synthetic: { is: 'synthetic', word: 'synthetic', many: 'synthetic pictures', as: 'synthetic' },
    some: 'are real',
    made: 'painted',
    reasons: ['Shape', 'Lines', 'Edges', 'Noise', 'Background', 'Just a guess'],
  },
  phantom: {
    title: 'Phantom or generated?',
    question: 'Is it a phantom, or did the model generate it?',
    real: { is: 'a phantom', word: 'phantom', many: 'phantoms', as: 'phantoms' },
    synthetic: { is: 'generated', word: 'generated', many: 'generated pictures', as: 'generated' },
    some: 'are phantoms, drawn by a program',
    made: 'generated',
    reasons: ['Fingers', 'Bones', 'Edges', 'Noise', 'Marker', 'Just a guess'],
    notice: 'Synthetic phantoms and pictures generated from them, not radiographs of people.',
  },
} satisfies Record<string, Terms>;

export type TermsName = keyof typeof TERMS;

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
