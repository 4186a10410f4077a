/** Labels of requests: a class by number or by name. */
import { InputError, showNumber } from '../rules/errors.ts';

export interface ClassFacts {
  /** Classes of a conditional model, 0 for an unconditional one. */
  classes: number;
  /** One per class, if the model folder names them. */
  classNames?: readonly string[] | undefined;
}

/** Most names to list in an error. */
const LISTED = 20;
const LONGEST = 80;
const NUMBER = /^(0|[1-9]\d{0,14})$/;

const isNumber = (name: string) => NUMBER.test(name.trim());

/**
 * The class of a label. A number is the class's number. A text is a name, matched exactly, or else ignoring case, the
 * form of accents and surrounding space. It counts as a number only if no class has a number for a name: of classes
 * named 1, 2 and 3, "1" is the first.
 * @param name of the option or field with the label, for error messages.
 * @throws InputError for an unknown class, and for a name that several classes have.
 */
export function labelNumber(
  action: string,
  name: string,
  label: number | string,
  { classes, classNames = [] }: ClassFacts,
): number {
  const found = typeof label === 'number' ? [label] : named(classNames, label);
  const [number, ...more] = found;
  const isOne = number !== undefined && more.length === 0;
  if (isOne && Number.isInteger(number) && number >= 0 && number < classes) return number;
  const received = typeof label === 'number' ? showNumber(label) : quoted(label);
  if (more.length > 0) {
    throw new InputError(
      `Cannot ${action}: ${name} must name one class, received ${received}, the name of ${found.join(' and ')}: give the number.`,
    );
  }
  throw new InputError(
    `Cannot ${action}: ${name} must be ${ruleOf(label, classes, classNames)}, received ${received}.`,
  );
}

/** The rule for a label. If classes have numbers for names, a text is never a number. */
function ruleOf(label: number | string, classes: number, names: readonly string[]): string {
  if (classes === 0) return 'left out, this model is not conditional on a class';
  const range = `a number from 0 to ${classes - 1}`;
  if (names.length === 0) return `a class, ${range}`;
  const onlyName = typeof label === 'string' && names.some(isNumber);
  return `a class, one of ${list(names)}${onlyName ? '' : `, or ${range}`}`;
}

/** Numbers of the classes that a text may mean. */
function named(names: readonly string[], text: string): number[] {
  for (const same of [(name: string) => name, fold]) {
    const wanted = same(text);
    const found = [...names.keys()].filter((i) => same(names[i]!) === wanted);
    if (found.length > 0) return found;
  }
  return isNumber(text) && !names.some(isNumber) ? [Number(text)] : [];
}

const fold = (name: string) => name.trim().normalize('NFC').toLowerCase();

const quoted = (text: string) => JSON.stringify(text.length > LONGEST ? `${text.slice(0, LONGEST - 3)}...` : text);

/** `cat, dog, "bird, small"` */
function list(names: readonly string[]): string {
  const shown = names.slice(0, LISTED).map((name) => (/[",]|^\s|\s$/.test(name) ? JSON.stringify(name) : name));
  return [...shown, ...(names.length > LISTED ? ['...'] : [])].join(', ');
}
