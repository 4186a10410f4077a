/** Symbols of the lecture as MathML, to be put together in lines. */
import type { ComponentChildren, JSX } from 'preact';
import { NO } from '../../components/math.tsx';

export const Maths = ({ children }: { children: ComponentChildren }): JSX.Element => <math>{children}</math>;

export const sub = (base: string, index: string): JSX.Element => (
  <msub>
    <mi>{base}</mi>
    {/^\d+$/.test(index) ? <mn>{index}</mn> : <mi>{index}</mi>}
  </msub>
);

/** A guess: with a hat. */
export const hat = (base: string, index?: string): JSX.Element => {
  const covered = (
    <mover accent>
      <mi>{base}</mi>
      <mo stretchy={NO}>^</mo>
    </mover>
  );
  return index === undefined ? (
    covered
  ) : (
    <msub>
      {covered}
      <mn>{index}</mn>
    </msub>
  );
};

export const alphaBar = (
  <msub>
    <mover accent>
      <mi>α</mi>
      <mo stretchy={NO}>¯</mo>
    </mover>
    <mi>t</mi>
  </msub>
);

export const root = (of: JSX.Element): JSX.Element => <msqrt>{of}</msqrt>;

export const oneMinus = (of: JSX.Element): JSX.Element => (
  <mrow>
    <mn>1</mn>
    <mo>−</mo>
    {of}
  </mrow>
);

export const op = (sign: string): JSX.Element => <mo>{sign}</mo>;

export const over = (top: JSX.Element, bottom: JSX.Element): JSX.Element => (
  <mfrac>
    {top}
    {bottom}
  </mfrac>
);

export const row = (...parts: (JSX.Element | string)[]): JSX.Element => (
  <mrow>
    {parts.map((part, i) => (
      <mrow key={i}>{typeof part === 'string' ? <mo stretchy={NO}>{part}</mo> : part}</mrow>
    ))}
  </mrow>
);
