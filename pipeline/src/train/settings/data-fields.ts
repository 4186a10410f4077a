/** The settings of the images: `train` and `prepare` both take them. */
import { framesRule } from '../../pictures/frame-choice.ts';
import { AXES, BACKGROUNDS, FITS, MAX_SIZE } from '../../pictures/types.ts';
import { windowRule } from '../../pictures/window.ts';
import type { Field } from './field.ts';

export const dataFields = {
  source: {
    flag: 'data',
    onResume: 'told',
    type: 'string',
    describe: '"digits" (built in), a folder of images, a DICOMDIR, dicomweb:http://..., or MNIST-style IDX files',
  },
  csv: {
    flag: 'csv',
    onResume: 'told',
    type: 'string',
    describe: 'CSV whose column "id" names the images <id>.png; commas, semicolons or tabs',
  },
  labelColumn: {
    flag: 'label-column',
    onResume: 'told',
    type: 'string',
    describe: 'CSV column that holds the class',
  },
  labelNames: {
    flag: 'label-names',
    onResume: 'told',
    type: 'names',
    describe: 'names for the values of the classes: False=female,True=male',
  },
  groupColumn: {
    flag: 'group-column',
    onResume: 'fixed',
    type: 'string',
    describe: 'CSV column, such as the patient: images of one value are held out together',
  },
  conditionColumns: {
    flag: 'condition-columns',
    onResume: 'told',
    type: 'string',
    describe: 'CSV columns of numbers that the model is conditional on: age,weight or age:0..240,weight',
  },
  size: {
    flag: 'size',
    onResume: 'fixed',
    type: 'integer',
    min: 1,
    max: MAX_SIZE,
    describe: 'side of the square images in pixels; pictures are resized by Lanczos',
  },
  channels: {
    flag: 'channels',
    onResume: 'fixed',
    type: 'choice',
    choices: [1, 3],
    describe: 'force gray (1) or RGB (3)  [default: gray if no image has colour]',
  },
  fit: {
    flag: 'fit',
    onResume: 'fixed',
    type: 'choice',
    choices: FITS,
    default: 'crop',
    describe: 'how pictures become squares: crop keeps the middle, pad adds a border, stretch distorts',
  },
  background: {
    flag: 'background',
    onResume: 'fixed',
    type: 'choice',
    choices: BACKGROUNDS,
    default: 'black',
    describe: 'behind padding and transparent pixels',
  },
  window: {
    flag: 'window',
    onResume: 'fixed',
    type: 'string',
    rule: windowRule,
    describe:
      'values from black to white of DICOM, NIfTI, 16-bit gray and TIFF of floats: dicom (as the file says; the default), auto (all) or centre,width',
  },
  frames: {
    flag: 'frames',
    onResume: 'fixed',
    type: 'string',
    rule: framesRule,
    describe: 'of files with several frames: first (the default; middle for NIfTI), middle, all, 7 or 10-20',
  },
  axis: {
    flag: 'axis',
    onResume: 'fixed',
    type: 'choice',
    choices: AXES,
    describe: 'how NIfTI volumes are cut; axial if left out',
  },
  validationShare: {
    flag: 'validation-share',
    onResume: 'fixed',
    type: 'number',
    min: 0,
    below: 1,
    default: 0.05,
    describe: 'share of the images held out; 0 holds out none',
  },
  strict: {
    flag: 'strict',
    onResume: 'free',
    type: 'boolean',
    default: false,
    describe: 'stop at the first image that cannot be used',
  },
  cacheDir: {
    flag: 'cache-dir',
    onResume: 'free',
    type: 'string',
    default: '.cache/onnoise',
    describe: 'folder of prepared images',
  },
} as const satisfies Record<string, Field>;
