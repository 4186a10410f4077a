/** What the figures of one step write alike. */
import type { JSX } from 'preact';
import { accent, alpha, alphaBar, beta, fraction, less, root, row, sub } from '../../../../components/math.tsx';
import { hat } from '../../symbols.tsx';

const before = row(<mi>t</mi>, '−', <mn>1</mn>);
const alphaBarBefore = sub(accent('α', '¯'), before);

export const xt = sub('x', 't');
export const x0 = sub('x', '0');
export const guessed = hat('x', '0');
export const guessedNoise = hat('ε');
export const next = sub('x', before);
export const theta = sub('μ', 'θ');

/** N(mean, sigma^2) */
export const bell = (mean: JSX.Element): JSX.Element =>
  row(
    <mi mathvariant="normal">𝒩</mi>,
    row(
      '(',
      mean,
      ',',
      <msup>
        <mi>σ</mi>
        <mn>2</mn>
      </msup>,
      ')',
    ),
  );

/** a x_t + b picture */
export const mixed = (picture: JSX.Element): JSX.Element => row(<mi>a</mi>, xt, '+', <mi>b</mi>, picture);

export const A = row(<mi>a</mi>, '=', fraction(row(root(alpha), '(', less(alphaBarBefore), ')'), less(alphaBar)));
export const B = row(<mi>b</mi>, '=', fraction(row(root(alphaBarBefore), beta), less(alphaBar)));
export const SIGMA = row(
  <msup>
    <mi>σ</mi>
    <mn>2</mn>
  </msup>,
  '=',
  fraction(less(alphaBarBefore), less(alphaBar)),
  beta,
);

/** 1 / sqrt(alpha) (x_t - beta / sqrt(1 - alphaBar) epsilon) */
export const FROM_NOISE = row(
  fraction(<mn>1</mn>, root(alpha)),
  row(<mo>(</mo>, xt, '−', fraction(beta, root(less(alphaBar))), guessedNoise, <mo>)</mo>),
);

/** (x_t - sqrt(1 - alphaBar) epsilon) / sqrt(alphaBar) */
export const PICTURE = fraction(row(xt, '−', root(less(alphaBar)), guessedNoise), root(alphaBar));
