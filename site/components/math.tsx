/** Formulas as MathML, in the tutorial's notation. The atoms first, then what the views say with them. */
import { type ComponentChildren, createElement, Fragment, isValidElement, type JSX, toChildArray } from 'preact';

/** The string 'false': the value `false` would leave the attribute out. */
export const NO = 'false' as unknown as boolean;

export function Formula({ block = false, children }: { block?: boolean; children: ComponentChildren }): JSX.Element {
  return (
    <math class={block ? 'forward-formula' : undefined} display={block ? 'block' : 'inline'}>
      {fresh(children)}
    </math>
  );
}

/** Made anew: an element that several formulas share would hold on to the nodes of each that it was drawn in. */
const fresh = (children: ComponentChildren): ComponentChildren[] =>
  toChildArray(children).map((child) =>
    isValidElement(child)
      ? createElement(child.type as string, child.props as object, ...fresh(child.props.children))
      : child,
  );

/** A string is a number or a variable. */
type Letter = JSX.Element | string;
const plainName = (base: Letter, index: Letter) =>
  typeof base === 'string' && typeof index === 'string' ? base + index : undefined;
/** A variable with its name. */
export const letter = (name: string): JSX.Element => <mi data-symbol={name}>{name}</mi>;
const symbol = (of: Letter) => (typeof of !== 'string' ? of : /^\d+$/.test(of) ? <mn>{of}</mn> : <mi>{of}</mi>);

/** With its name, if both are plain: see views/learn/lit.ts. @param name of another one */
export const sub = (base: Letter, index: Letter, name = plainName(base, index)): JSX.Element => (
  <msub data-symbol={name}>
    {symbol(base)}
    {symbol(index)}
  </msub>
);

/** @param sign ¯ or ^, no wider than it is */
export const accent = (base: string, sign: string): JSX.Element => (
  <mover accent>
    <mi>{base}</mi>
    <mo stretchy={NO}>{sign}</mo>
  </mover>
);

export const root = (of: JSX.Element): JSX.Element => <msqrt>{of}</msqrt>;

type Part = JSX.Element | string;

/** One part after the other; a string is an operator or a bracket, no taller than it is. */
const line = (...parts: readonly Part[]): JSX.Element =>
  createElement(
    Fragment,
    null,
    ...parts.map((part) => (typeof part === 'string' ? <mo stretchy={NO}>{part}</mo> : part)),
  );

export const row = (...parts: readonly Part[]): JSX.Element => <mrow>{line(...parts)}</mrow>;

export const less = (of: JSX.Element): JSX.Element => row(<mn>1</mn>, '−', of);

export const fraction = (top: JSX.Element, bottom: JSX.Element): JSX.Element => (
  <mfrac>
    {top}
    {bottom}
  </mfrac>
);

export const [beta, alpha, alphaBar] = [sub('β', 't'), sub('α', 't'), sub(accent('α', '¯'), 't', 'ᾱt')];
export const [x, x0, epsilon] = [sub('x', 't'), sub('x', '0'), letter('ε')];
const before = sub('x', row(<mi>t</mi>, '−', <mn>1</mn>));
const identity = <mi mathvariant="normal">I</mi>;

const given = (of: JSX.Element, from: JSX.Element) => row(<mi>q</mi>, row('(', of, <mo>|</mo>, from, ')'));

/** N(x_t; mean, variance I) */
const normal = (mean: JSX.Element, variance: JSX.Element) =>
  row(<mi mathvariant="normal">𝒩</mi>, row('(', x, ';', mean, ',', variance, identity, ')'));

export const SNR = <mi mathvariant="normal">SNR</mi>;
export const snrOfT = row(SNR, '(', <mi>t</mi>, ')');

const formula =
  (...parts: readonly Part[]) =>
  () => <Formula block>{line(...parts)}</Formula>;

export const StepDistribution = formula(given(x, before), '=', normal(line(root(less(beta)), before), beta));
export const StepSample = formula(x, '=', root(less(beta)), before, '+', root(beta), epsilon);
export const AlphaDefinition = formula(alpha, '=', less(beta));
export const ClosedDistribution = formula(
  given(x, x0),
  '=',
  normal(line(root(alphaBar), x0), row('(', less(alphaBar), ')')),
);
export const ClosedSample = formula(x, '=', root(alphaBar), x0, '+', root(less(alphaBar)), epsilon);

export const AlphaBarDefinition = formula(
  alphaBar,
  '=',
  <munderover>
    <mo>∏</mo>
    {row(<mi>s</mi>, '=', <mn>1</mn>)}
    <mi>t</mi>
  </munderover>,
  sub('α', 's'),
);

export const SnrDefinition = formula(snrOfT, '=', fraction(alphaBar, less(alphaBar)));

/** x_150 = 0.69 x_0 + 0.72 epsilon, with the current numbers: two formulas, so that a narrow line may break between them. */
export const ClosedNumbers = ({ t, signal, noise }: { t: number; signal: string; noise: string }) => (
  <>
    <Formula>{line(sub('x', String(t)), '=')}</Formula>{' '}
    <Formula>{line(<mn>{signal}</mn>, x0, '+', <mn>{noise}</mn>, epsilon)}</Formula>
  </>
);
