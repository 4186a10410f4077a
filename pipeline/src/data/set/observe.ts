/** Collects notes for the user about the pictures, counted while they pass. */

import { noteOnDark } from '../../pictures/dark.ts';
import type { ImageOptions, Picture } from '../../pictures/types.ts';
import { plural } from '../../text/format.ts';

const DEEP = ['gray', 'colour'] as const;

export interface Observer {
  see(picture: Picture): void;
  /** How many of the pictures say that they are synthetic phantoms. */
  phantoms(): number;
  /** One sentence each. */
  notes(): string[];
}

export function createObserver({ background, window, fit }: ImageOptions): Observer {
  const deep = { gray: 0, colour: 0 };
  const dark: Record<keyof typeof deep, number[]> = { gray: [], colour: [] };
  let transparent = 0;
  let several = 0;
  let burnedIn = 0;
  let phantoms = 0;
  let seen = 0;
  let windowed = 0;
  let measured = 0;
  let infinite = 0;
  let inks = 0;
  let squared = 0;
  return {
    see(picture) {
      if (picture.transparent) transparent++;
      seen++;
      if (picture.windowed) windowed++;
      if (picture.measured) measured++;
      if (picture.infinite) infinite++;
      if (picture.several) several++;
      if (picture.burnedIn) burnedIn++;
      if (picture.phantom) phantoms++;
      if (picture.inks) inks++;
      if (picture.squared) squared++;
      if (!picture.deep) return;
      deep[picture.deep]++;
      if (picture.dark !== undefined) dark[picture.deep].push(picture.dark);
    },
    phantoms: () => phantoms,
    notes() {
      const notes: string[] = [];
      if (transparent > 0) {
        const other = background === 'black' ? 'white' : 'black';
        notes.push(
          `${plural(transparent, 'image')} with transparent pixels: they are ${background} there (background ${other} makes them ${other}).`,
        );
      }
      if (several > 0)
        notes.push(
          `${plural(several, 'file')} with further frames, slices or pages: one of each is taken (--frames takes others).`,
        );
      if (window !== undefined && windowed < seen) {
        const others = windowed === 0 ? 'any image' : `${seen - windowed} of ${seen} images`;
        notes.push(
          `The window does not change ${others}: it is for gray DICOM, NIfTI, gray pictures of 16 bits, and TIFF of measurements.`,
        );
      }
      if (measured > 0 && (window === undefined || window === 'dicom')) {
        notes.push(
          `${plural(measured, 'image')} of floats, 32-bit or signed integers: the least value of each is black and its greatest white ('--window centre,width' gives all one range).`,
        );
      }
      if (infinite > 0) {
        notes.push(
          `${plural(infinite, 'image')} with values that are no finite numbers: NaN and -Infinity are black there, Infinity is white.`,
        );
      }
      if (burnedIn > 0) {
        notes.push(
          `${plural(burnedIn, 'image')} from files that say that text is burnt into their pixels: it may name the patient, and a model may learn it.`,
        );
      }
      if (phantoms > 0) {
        const which = phantoms === seen ? 'All images are' : `${phantoms} of ${seen} images are`;
        notes.push(`${which} synthetic phantoms, not pictures of people: run and model say so.`);
      }
      if (inks > 0) {
        notes.push(
          `${plural(inks, 'image')} in ink colours (CMYK) without a profile: they become RGB by the plain formula that Chromium and Pillow use.`,
        );
      }
      if (squared > 0 && fit !== 'stretch') {
        notes.push(
          `${plural(squared, 'image')} from files that give the size of their pixels in a way that cannot be used, such as 0 or one number: the pixels count as square, so proportions may be wrong.`,
        );
      }
      for (const kind of DEEP) if (dark[kind].length > 0) notes.push(noteOnDark(kind, dark[kind], deep[kind]));
      return notes;
    },
  };
}
