/** The JSON beside pictures of the page, real ones or phantoms: what is known of them. */

export interface Listing {
  count: number;
  width: number;
  height: number;
  /** Default: 1. */
  channels?: 1 | 3;
  labels?: number[];
  conditions?: Record<string, number[]>;
  /** Where they are from, up to a comma. Default: whoever serves the page has given them. */
  source?: string;
  /** Whether the model was trained on none of them. */
  unseen?: boolean;
  /** Of one PNG that has all pictures in rows, beside the JSON; else their bytes are in the `.bin` of the same name. */
  sheet?: string;
  /** Pictures in a row of the sheet. */
  columns?: number;
  /** Says that the pictures are phantoms, where they are. */
  notice?: string;
  /** Of phantoms that the page can draw again in another size: their seed, and the number of the first. */
  seed?: number;
  firstNumber?: number;
}
