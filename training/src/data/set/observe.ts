/** Collects notes for the user about the pictures, counted while they pass. */

import { type ImageOptions, type Levels, noteOnDark, type Picture, parseWindow } from '@onnoise/base/pictures';
import { plural } from '@onnoise/base/text';

const DEEP = ['gray', 'colour'] as const;

/** What is counted of the pictures. */
const TRAITS = [
  ...(['transparent', 'several', 'burnedIn', 'phantom', 'windowed'] as const),
  ...(['measured', 'infinite', 'inks', 'squared', 'inverted', 'grayed'] as const),
];

export function createObserver({ background, channels, window, fit }: ImageOptions) {
  const alpha = { kept: 0, opaque: 0 };
  const deep = { gray: 0, colour: 0 };
  const dark: Record<keyof typeof deep, number[]> = { gray: [], colour: [] };
  const counts = Object.fromEntries(TRAITS.map((trait) => [trait, 0])) as Record<(typeof TRAITS)[number], number>;
  let seen = 0;
  const given = parseWindow(window);
  /** Of all pictures so far; null where they differ, or one has none. */
  let levels: Levels | null | undefined;
  let spacing: number | null | undefined;
  let hounsfield = true;
  return {
    see(picture: Picture): void {
      seen++;
      levels = levels === undefined || same(levels, picture.levels) ? (picture.levels ?? null) : null;
      spacing = spacing === undefined || near(spacing, picture.spacing) ? (spacing ?? picture.spacing ?? null) : null;
      hounsfield &&= picture.hounsfield === true;
      for (const trait of TRAITS) if (picture[trait]) counts[trait]++;
      if (picture.alpha) alpha[picture.alpha]++;
      if (!picture.deep) return;
      deep[picture.deep]++;
      if (picture.dark !== undefined) dark[picture.deep].push(picture.dark);
    },
    /** How many of the pictures say that they are synthetic phantoms. */
    phantoms: () => counts.phantom,
    /** Whether alpha was asked for, and no picture has it. */
    lacksAlpha: () => alpha.kept === 0 && alpha.opaque > 0,
    /** Where all have one channel that is how opaque the others are. */
    channelNames(): string[] | undefined {
      if (alpha.kept + alpha.opaque < seen || seen === 0) return undefined;
      return [...(channels === 2 ? ['gray'] : ['red', 'green', 'blue']), 'alpha'];
    },
    /** The measured values that are black and white in all pictures, if these share them. */
    levels(): Levels | undefined {
      if (levels) return levels;
      if (typeof given !== 'object' || counts.windowed < seen || counts.inverted > 0) return undefined;
      const { centre, width } = given;
      return { black: centre - width / 2, white: centre + width / 2, ...(hounsfield && { unit: 'HU' as const }) };
    },
    /** Millimetres from one pixel to the next in all pictures, if these share them. */
    pixelSpacing: () => (spacing ? rounded(spacing) : undefined),
    /** One sentence each. */
    notes(): string[] {
      const {
        transparent,
        several,
        burnedIn,
        phantom: phantoms,
        windowed,
        measured,
        infinite,
        inks,
        squared,
        grayed,
      } = counts;
      const notes: string[] = [];
      if (transparent > 0) {
        const other = background === 'black' ? 'white' : 'black';
        notes.push(
          `${plural(transparent, 'image')} with transparent pixels, which become ${background} (background ${other} makes them ${other}; channels 2, of gray, or 4, of colour, keep how opaque they are).`,
        );
      }
      if (alpha.opaque > 0) {
        notes.push(`${plural(alpha.opaque, 'image')} without an alpha channel: all of each counts as opaque.`);
      }
      if (several > 0)
        notes.push(
          `${plural(several, 'file')} with several frames, slices or pages: only one of each is used (--frames chooses others).`,
        );
      if (window !== undefined && windowed < seen) {
        const others = windowed === 0 ? 'any image' : `${seen - windowed} of ${seen} images`;
        notes.push(
          `The window does not change ${others}: it applies only to gray DICOM, NIfTI, gray pictures of 16 bits, and TIFF of measurements.`,
        );
      }
      if (levels && window === undefined) {
        notes.push(
          `Black is ${rounded(levels.black)} and white ${rounded(levels.white)}, the least and greatest of all values; --window sets others.`,
        );
      }
      if (measured > 0 && (window === undefined || window === 'dicom')) {
        notes.push(
          `${plural(measured, 'image')} of floats, 32-bit or signed integers: the lowest value of each is black and its highest white ('--window centre,width' gives them all one range).`,
        );
      }
      if (infinite > 0) {
        notes.push(
          `${plural(infinite, 'image')} with values that are not finite: NaN and -Infinity become black, Infinity white.`,
        );
      }
      if (burnedIn > 0) {
        notes.push(
          `${plural(burnedIn, 'image')} with text burnt into the pixels, as their files say: it may name the patient, and a model may learn it.`,
        );
      }
      if (phantoms > 0) {
        const which = phantoms === seen ? 'All images are' : `${phantoms} of ${seen} images are`;
        notes.push(`${which} synthetic phantoms, not pictures of people: the run and the model will say so.`);
      }
      if (inks > 0) {
        notes.push(
          `${plural(inks, 'image')} in CMYK without a profile: they are converted to RGB by the simple formula that Chromium and Pillow use.`,
        );
      }
      if (grayed > 0) notes.push(`${plural(grayed, 'image')} with colour in a channel, which becomes gray.`);
      if (squared > 0 && fit !== 'stretch') {
        notes.push(
          `${plural(squared, 'image')} whose files give an unusable pixel size, such as 0 or a single number: their pixels are taken as square, so proportions may be wrong.`,
        );
      }
      for (const kind of DEEP) if (dark[kind].length > 0) notes.push(noteOnDark(kind, dark[kind], deep[kind]));
      return notes;
    },
  };
}

const same = (a: Levels | null, b: Levels | undefined): boolean => a?.black === b?.black && a?.white === b?.white;

/** Spacings that differ by less measure the same. */
const ALIKE = 0.005;

const near = (a: number | null, b: number | undefined): boolean =>
  a !== null && b !== undefined && Math.abs(b / a - 1) < ALIKE;

const rounded = (value: number): number => Number(value.toPrecision(6));
