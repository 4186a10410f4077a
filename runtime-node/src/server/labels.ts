/** Classes as clients give them: by number, or by name. */
import type { EngineModel } from '../engine/protocol.ts';
import { showNumber } from './invalid-field.ts';
import { Refusal } from './refusal.ts';

type Classes = Pick<EngineModel, 'classes' | 'classNames'>;

/** Classes that are listed in a sentence. */
const LISTED = 20;
const NUMBER = /^(0|[1-9]\d{0,14})$/;

/**
 * The class of a label. A number is the class's; a text is a name, in its own spelling or else whatever its case and the
 * form of its accents, and a number only where no class is named by one: of classes named 1, 2 and 3, "1" is the first.
 *
 * @param param the field that it was given in.
 * @throws Refusal (400) for a class that the model does not have.
 */
export function labelOf({ classes, classNames = [] }: Classes, label: number | string, param: string): number {
  const found = typeof label === 'number' ? [label] : named(classNames, label);
  const [index, ...more] = found;
  if (
    index !== undefined &&
    more.length === 0 &&
    classes > 0 &&
    Number.isInteger(index) &&
    index >= 0 &&
    index < classes
  ) {
    return index;
  }
  const rule =
    classes === 0
      ? 'left out or empty, this model is not conditional on a class'
      : more.length > 0
        ? `the exact name of a class, or its number, where several differ in so little (numbers ${found.join(', ')})`
        : `a class, ${classNames.length > 0 ? `one of ${list(classNames)}` : `a number from 0 to ${classes - 1}`}`;
  const received = JSON.stringify(typeof label === 'number' ? showNumber(label) : label.slice(0, 80));
  throw new Refusal(400, 'invalid_value', `Cannot sample images: ${param} must be ${rule}, received ${received}.`, {
    param,
  });
}

/** Numbers of the classes that a text may mean. */
function named(names: readonly string[], text: string): number[] {
  for (const same of [(name: string) => name, fold]) {
    const wanted = same(text);
    const found = [...names.keys()].filter((i) => same(names[i]!) === wanted);
    if (found.length > 0) return found;
  }
  const digits = text.trim();
  return NUMBER.test(digits) && !names.some((name) => NUMBER.test(name.trim())) ? [Number(digits)] : [];
}

const fold = (name: string) => name.trim().normalize('NFC').toLowerCase();

/** `cat, dog, "bird, small"` */
function list(names: readonly string[]): string {
  const shown = names.slice(0, LISTED).map((name) => (/[",]|^\s|\s$/.test(name) ? JSON.stringify(name) : name));
  return [...shown, ...(names.length > LISTED ? ['...'] : [])].join(', ');
}
