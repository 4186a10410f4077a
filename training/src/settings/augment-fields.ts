/** The settings of augmentation: `train` alone takes them. The held-out images stay as they are. */
import { flagged, SHARE, SWITCH } from './field.ts';

export const augmentFields = flagged({
  flip: { onResume: 'fixed', ...SWITCH, describe: 'mirror half of the images, left to right' },
  rotate: {
    onResume: 'fixed',
    type: 'number',
    min: 0,
    max: 180,
    default: 0,
    describe: 'rotate images by up to this many degrees, either way',
  },
  translate: {
    onResume: 'fixed',
    ...SHARE,
    default: 0,
    describe: 'shift images by up to this share of their width and height',
  },
  scale: { onResume: 'fixed', ...SHARE, default: 0, describe: 'scale images by a random factor; 0.1 means 0.9 to 1.1' },
  contrast: {
    onResume: 'fixed',
    ...SHARE,
    default: 0,
    describe: 'multiply the contrast by a random factor; 0.1 means 0.9 to 1.1',
  },
});
