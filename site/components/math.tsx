/** Formulas as MathML, in the tutorial's notation. The atoms first, then what the views say with them. */
import { type ComponentChildren, createElement, Fragment, isValidElement, type JSX, toChildArray } from 'preact';

/** The string 'false': the value `false` would leave the attribute out. */
export const NO = 'false' as unknown as boolean;

export function Formula({ children }: { children: ComponentChildren }) {
  return <math>{fresh(children)}</math>;
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
export const letter = (name: string) => <mi data-symbol={name}>{name}</mi>;
const symbol = (of: Letter) => (typeof of !== 'string' ? of : /^\d+$/.test(of) ? <mn>{of}</mn> : <mi>{of}</mi>);

/** With its name, if both are plain: see views/learn/lit.ts. @param name of another one */
export const sub = (base: Letter, index: Letter, name = plainName(base, index)) => (
  <msub data-symbol={name}>
    {symbol(base)}
    {symbol(index)}
  </msub>
);

/** @param sign ¯ or ^, no wider than it is */
export const accent = (base: string, sign: string) => (
  <mover accent>
    <mi>{base}</mi>
    <mo stretchy={NO}>{sign}</mo>
  </mover>
);

export const root = (of: JSX.Element) => <msqrt>{of}</msqrt>;

type Part = JSX.Element | string;

/** One part after the other; a string is an operator or a bracket, no taller than it is. */
const line = (...parts: readonly Part[]) =>
  createElement(
    Fragment,
    null,
    ...parts.map((part) => (typeof part === 'string' ? <mo stretchy={NO}>{part}</mo> : part)),
  );

export const row = (...parts: readonly Part[]) => <mrow>{line(...parts)}</mrow>;

export const less = (of: JSX.Element) => row(<mn>1</mn>, '−', of);

export const fraction = (top: JSX.Element, bottom: JSX.Element) => (
  <mfrac>
    {top}
    {bottom}
  </mfrac>
);

export const [beta, alpha, alphaBar] = [sub('β', 't'), sub('α', 't'), sub(accent('α', '¯'), 't', 'ᾱt')];
/** The symbols of a chapter in words; each lights up what it names, by keyboard as well. */

const hat = (base: string, index?: string) =>
  index === undefined ? (
    <mrow data-symbol={`${base}^`}>{accent(base, '^')}</mrow>
  ) : (
    sub(accent(base, '^'), index, `${base}^${index}`)
  );

export const epsilon = letter('ε');
export const [XT, X0, X0_HAT, EPSILON_HAT] = [sub('x', 't'), sub('x', '0'), hat('x', '0'), hat('ε')];
export const snrOfT = row(<mi mathvariant="normal">SNR</mi>, '(', <mi>t</mi>, ')');

/** x_150 = 0.69 x_0 + 0.72 epsilon, with the current numbers: two formulas, so that a narrow line may break between them. */
export const ClosedNumbers = ({ t, signal, noise }: { t: number; signal: string; noise: string }) => (
  <>
    <Formula>{line(sub('x', String(t)), '=')}</Formula>{' '}
    <Formula>{line(<mn>{signal}</mn>, X0, '+', <mn>{noise}</mn>, epsilon)}</Formula>
  </>
);
