/** The page's result: `window.result`. */
export interface PageResult {
  device: string;
  threads: number;
  /** Milliseconds of each round. */
  ours: number[];
  tfjs: number[];
  /** Largest difference between the two sides' pictures. */
  difference: number;
}
