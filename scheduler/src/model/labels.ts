/** Classes as they are asked for: by number or by name. */
import { checkInteger, InputError, show } from '../rules/errors.ts';

/** Names that are listed in a refusal. */
const LISTED = 20;

/**
 * Numbers of the classes. A number is one already. A text is the name that it equals; where no class has it, and it is
 * written as a whole number, that number. So where classes are named by digits, "7" is the class of that name and 7 the
 * eighth.
 * @throws InputError for a class that is not there, and for a name that several have.
 */
export function labelNumbers(
  action: string,
  labels: readonly (number | string)[],
  classes: number,
  names: readonly string[] | undefined,
): number[] {
  return labels.map((label) => {
    if (typeof label === 'number') return checkInteger(action, 'a label', label, 0, classes - 1);
    const first = names?.indexOf(label) ?? -1;
    if (first >= 0 && names!.lastIndexOf(label) === first) return first;
    if (first >= 0) {
      const numbers = names!.flatMap((name, number) => (name === label ? [number] : []));
      throw new InputError(
        `Cannot ${action}: a label must name one class, received ${show(label)}, the name of ${numbers.join(' and ')}: give the number.`,
      );
    }
    const number = /^\d{1,15}$/.test(label) ? Number(label) : -1;
    if (number >= 0 && number < classes) return number;
    const listed = names && `${names.slice(0, LISTED).join(', ')}${names.length > LISTED ? ', ...' : ''}`;
    const rule = `${listed === undefined ? '' : `one of ${listed}, or `}an integer from 0 to ${classes - 1}`;
    throw new InputError(`Cannot ${action}: a label must be ${rule}, received ${show(label)}.`);
  });
}
