/** Formulas as MathML, in the tutorial's notation. The atoms first, then what the view says with them. */
import type { ComponentChildren, JSX } from 'preact';

/** The string 'false': the value `false` would leave the attribute out. */
export const NO = 'false' as unknown as boolean;

type Part = { children: ComponentChildren };

export function Formula({ block = false, children }: Part & { block?: boolean }): JSX.Element {
  return (
    <math class={block ? 'forward-formula' : undefined} display={block ? 'block' : 'inline'}>
      {children}
    </math>
  );
}

const T_MINUS_1 = (
  <mrow>
    <mi>t</mi>
    <mo>−</mo>
    <mn>1</mn>
  </mrow>
);

const sub = (base: JSX.Element, index: ComponentChildren = <mi>t</mi>) => (
  <msub>
    {base}
    {index}
  </msub>
);

export const Beta = () => sub(<mi>β</mi>);
export const Alpha = ({ index = 't' }: { index?: string }) => sub(<mi>α</mi>, <mi>{index}</mi>);
export const AlphaBar = () =>
  sub(
    <mover accent>
      <mi>α</mi>
      <mo stretchy={NO}>¯</mo>
    </mover>,
  );
export const X = () => sub(<mi>x</mi>);
export const X0 = () => sub(<mi>x</mi>, <mn>0</mn>);
export const XBefore = () => sub(<mi>x</mi>, T_MINUS_1);
export const Epsilon = () => <mi>ε</mi>;
const Normal = () => <mi mathvariant="normal">𝒩</mi>;

export const Root = ({ children }: Part) => <msqrt>{children}</msqrt>;

const less = (what: JSX.Element) => (
  <mrow>
    <mn>1</mn>
    <mo>−</mo>
    {what}
  </mrow>
);

const fenced = (...parts: ComponentChildren[]) => (
  <mrow>
    <mo stretchy={NO}>(</mo>
    {parts}
    <mo stretchy={NO}>)</mo>
  </mrow>
);

const given = (of: JSX.Element, from: JSX.Element) => (
  <mrow>
    <mi>q</mi>
    {fenced(of, <mo>|</mo>, from)}
  </mrow>
);

/** N(x_t; mean, variance I) */
const normal = (mean: ComponentChildren, variance: ComponentChildren) => (
  <mrow>
    <Normal />
    {fenced(<X />, <mo>;</mo>, mean, <mo>,</mo>, variance, <mi mathvariant="normal">I</mi>)}
  </mrow>
);

export const StepDistribution = () => (
  <Formula block>
    {given(<X />, <XBefore />)}
    <mo>=</mo>
    {normal([<Root key="r">{less(<Beta />)}</Root>, <XBefore key="x" />], <Beta />)}
  </Formula>
);

export const StepSample = () => (
  <Formula block>
    <X />
    <mo>=</mo>
    <Root>{less(<Beta />)}</Root>
    <XBefore />
    <mo>+</mo>
    <Root>
      <Beta />
    </Root>
    <Epsilon />
  </Formula>
);

export const AlphaDefinition = () => (
  <Formula block>
    <Alpha />
    <mo>=</mo>
    {less(<Beta />)}
  </Formula>
);

export const AlphaBarDefinition = () => (
  <Formula block>
    <AlphaBar />
    <mo>=</mo>
    <munderover>
      <mo>∏</mo>
      <mrow>
        <mi>s</mi>
        <mo>=</mo>
        <mn>1</mn>
      </mrow>
      <mi>t</mi>
    </munderover>
    <Alpha index="s" />
  </Formula>
);

export const ClosedDistribution = () => (
  <Formula block>
    {given(<X />, <X0 />)}
    <mo>=</mo>
    {normal(
      [
        <Root key="r">
          <AlphaBar />
        </Root>,
        <X0 key="x" />,
      ],
      fenced(less(<AlphaBar />)),
    )}
  </Formula>
);

export const ClosedSample = ({ block = true }: { block?: boolean }) => (
  <Formula block={block}>
    <X />
    <mo>=</mo>
    <Root>
      <AlphaBar />
    </Root>
    <X0 />
    <mo>+</mo>
    <Root>{less(<AlphaBar />)}</Root>
    <Epsilon />
  </Formula>
);

export const SnrDefinition = () => (
  <Formula block>
    <mi mathvariant="normal">SNR</mi>
    {fenced(<mi>t</mi>)}
    <mo>=</mo>
    <mfrac>
      <AlphaBar />
      {less(<AlphaBar />)}
    </mfrac>
  </Formula>
);

/** x_150 = 0.69 x_0 + 0.72 epsilon, with the current numbers: two formulas, so that a narrow line may break between them. */
export const ClosedNumbers = ({ t, signal, noise }: { t: number; signal: string; noise: string }) => (
  <>
    <Formula>
      {sub(<mi>x</mi>, <mn>{t}</mn>)}
      <mo>=</mo>
    </Formula>{' '}
    <Formula>
      <mn>{signal}</mn>
      <X0 />
      <mo>+</mo>
      <mn>{noise}</mn>
      <Epsilon />
    </Formula>
  </>
);
