/** A guess: with a hat. */
import type { JSX } from 'preact';
import { accent, sub } from '../../components/math.tsx';

export const hat = (base: string, index?: string): JSX.Element =>
  index === undefined ? accent(base, '^') : sub(accent(base, '^'), index);
