/** A few choices that outlive the page, in the browser's own storage. Where it is forbidden or full they last for the page. */

const PREFIX = 'onnoise.';

/** What was kept under the name, if it is one of the choices. */
export function recall<T extends string>(name: string, choices: readonly T[], otherwise: T): T {
  const kept = read(name);
  return choices.find((choice) => choice === kept) ?? otherwise;
}

export function remember(name: string, value: string): void {
  try {
    localStorage.setItem(PREFIX + name, value);
  } catch {
    // Private windows may refuse; the choice then ends with the page.
  }
}

/** What was kept under the name; null where nothing was. */
export function read(name: string): string | null {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}
