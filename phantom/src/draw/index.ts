/** What draws a phantom, without files: for pages, and for programs that keep no set. */
export { SEXES, type Sex } from './ages.ts';
export { AGES, createPainter, type Phantom, type PhantomOptions, SIZES } from './draw-phantom.ts';
