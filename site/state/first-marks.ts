/** The first view as first-view/write.tsx hands it to build/first-view.ts, and what it has in the place of what the build knows. */

/** Address of the noise of the first pictures. */
export const NOISE = 'first-noise.png';

/** `data-part` of the script after them. */
export const BODY = 'body';

export interface FirstView {
  /** With the app's markup, of the address without a hash. */
  html: string;
  /** A PNG: the noise of the first pictures, side by side. */
  noise: Uint8Array<ArrayBuffer>;
}
