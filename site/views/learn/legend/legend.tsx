/** The symbols of a chapter in words; each lights up what it names, by keyboard as well. */
import type { JSX } from 'preact';
import { alpha, alphaBar, beta, epsilon, Formula, letter, sub, x, x0 } from '../../../components/math.tsx';
import { hat } from '../symbols.tsx';

const SYMBOLS = {
  x0: { formula: x0, words: 'the picture' },
  xt: { formula: x, words: 'the picture with its noise at time t' },
  ε: { formula: epsilon, words: 'the noise, drawn from the standard bell' },
  'ε^': { formula: hat('ε'), words: 'the noise that the network guesses' },
  'x^0': { formula: hat('x', '0'), words: 'the picture that follows from the guess' },
  εθ: { formula: sub('ε', 'θ'), words: 'what the network with the weights θ says: the arrows go against it' },
  βt: { formula: beta, words: 'how much noise step t adds' },
  αt: { formula: alpha, words: '1 − β: what step t keeps' },
  ᾱt: { formula: alphaBar, words: 'the product of all α up to t: what is left of the picture' },
  t: { formula: letter('t'), words: 'the time: 1 is hardly noisy, T is pure noise' },
  μ: { formula: letter('μ'), words: 'the mean: where the bell is' },
  σ: { formula: letter('σ'), words: 'the deviation: how wide the bell is' },
  z: { formula: letter('z'), words: 'fresh noise' },
} as const;
export type SymbolName = keyof typeof SYMBOLS;

export function Legend({ of }: { of: readonly SymbolName[] }): JSX.Element {
  return (
    <details class="learn-how learn-legend">
      <summary>The symbols</summary>
      <p>Point at one, here or anywhere in this chapter: what it names lights up. It works the other way round, too.</p>
      <ul>
        {of.map((name) => (
          <li key={name}>
            <button type="button" data-symbol={name}>
              <Formula>{SYMBOLS[name].formula}</Formula>
            </button>{' '}
            {SYMBOLS[name].words}
          </li>
        ))}
      </ul>
    </details>
  );
}
