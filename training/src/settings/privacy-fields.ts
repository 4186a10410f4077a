/** Settings of differentially private training. */
import { flagged, POSITIVE } from './field.ts';

export const privacyFields = flagged({
  dpEpsilon: {
    onResume: 'fixed',
    ...POSITIVE,
    describe:
      'train with differential privacy, and spend this epsilon over all steps; without it, the model may remember images',
  },
  dpDelta: {
    onResume: 'fixed',
    ...POSITIVE,
    below: 1,
    default: 1e-5,
    describe: 'delta of the promise, well below one over the number of images',
  },
  dpClip: {
    onResume: 'fixed',
    ...POSITIVE,
    default: 1,
    describe: "largest norm of an image's gradient; the noise is in proportion",
  },
  dpTimesteps: {
    onResume: 'fixed',
    type: 'integer',
    min: 1,
    max: 64,
    default: 1,
    describe: 'timesteps over which the gradient of an image is averaged: costs time and no privacy',
  },
  dpUnit: {
    onResume: 'fixed',
    type: 'choice',
    choices: ['group', 'image'],
    default: 'group',
    describe:
      'what is private: all images that are held out together, as those of one patient (group), or each image alone; without groups that is the same',
  },
});

/** The keys of these settings. */
export const PRIVACY_FIELDS = Object.keys(privacyFields) as (keyof typeof privacyFields)[];
