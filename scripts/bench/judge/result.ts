/** One line of the judge's results. */
export interface Result {
  /** What it was measured on: hashes of judge and model, number of pictures, and the case. */
  key: string;
  /** The model's folder. */
  model: string;
  /** The way of sampling, as `cases.ts` reads it. */
  case: string;
  /** Calls of the network for a picture. */
  calls: number;
  /** Share of the pictures that are taken for the class asked for. */
  right: number;
  /** Frechet's distance of their features from those of real digits, squared. */
  distance: number;
}
