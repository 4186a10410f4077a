/** What every file says of itself. */
export const LABEL = 'Synthetic phantom, not a radiograph of a person.';
