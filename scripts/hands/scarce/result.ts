/** What one run came to. */
export type Start = 'scratch' | 'phantoms';

export interface Result {
  /** Radiographs that it was trained on. */
  count: number;
  seed: number;
  start: Start;
  /** Frechet distance of 400 pictures to the held-out radiographs, and that of as many other radiographs. */
  distance: number;
  realDistance: number;
  /** Pictures taken for copies, those that chance explains, and the verdict. */
  copies: number;
  copiesByChance: number;
  verdict: string;
  /** Share of held-out hands whose side is told right, by a classifier of the radiographs alone, and with the pictures. */
  accuracy: number;
  accuracyWithPictures: number;
}
