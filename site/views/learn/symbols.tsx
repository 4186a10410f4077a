/** A guess: with a hat. */
import type { JSX } from 'preact';
import { accent, sub } from '../../components/math.tsx';

export const hat = (base: string, index?: string): JSX.Element =>
  index === undefined ? (
    <mrow data-symbol={`${base}^`}>{accent(base, '^')}</mrow>
  ) : (
    sub(accent(base, '^'), index, `${base}^${index}`)
  );
