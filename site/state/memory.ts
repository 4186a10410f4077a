/**
 * A few choices kept in the browser's storage, and what a tab was at, kept as long as the tab. If storage is forbidden or
 * full, they last as long as the page.
 */

const PREFIX = 'onnoise.';

/** The stored value if it is one of the choices, else `otherwise`. */
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

/** The stored value; undefined if there is none. */
export function read(name: string): string | undefined {
  try {
    return localStorage.getItem(PREFIX + name) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Calls back when another tab changes the value. */
export function whenChanged(name: string, then: () => void): void {
  if (typeof addEventListener === 'undefined') return; // where the build writes the first view
  addEventListener('storage', ({ key }) => {
    if (key === PREFIX + name || key === null) then(); // null: all values are gone
  });
}

/** Keeps it for this tab alone; undefined forgets it. */
export function keepInTab(name: string, value: string | undefined): void {
  try {
    if (value === undefined) sessionStorage.removeItem(PREFIX + name);
    else sessionStorage.setItem(PREFIX + name, value);
  } catch {
    // As above.
  }
}

export function keptInTab(name: string): string | undefined {
  try {
    return sessionStorage.getItem(PREFIX + name) ?? undefined;
  } catch {
    return undefined;
  }
}
