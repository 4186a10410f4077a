/** Most pixels of one picture, and of all pictures being decoded at once. */
export const MAX_PIXELS = 100_000_000;
