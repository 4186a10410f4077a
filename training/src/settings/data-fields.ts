/** The settings of the images: `train` and `prepare` both take them. */
import { AXES, BACKGROUNDS, DEPTHS, FITS, framesRule, MAX_SIZE, windowRule } from '@onnoise/base/pictures';
import { MASK_ROLES } from '../data/set/beside.ts';
import { LAYOUTS } from '../data/set/layouts.ts';
import { flagged, SHARE, SWITCH } from './field.ts';

export const dataFields = flagged({
  source: {
    flag: 'data',
    onResume: 'told',
    type: 'string',
    describe: '"digits" (built in), a folder of images, a DICOMDIR, .npy or .npz, or MNIST-style IDX files',
  },
  csv: {
    onResume: 'told',
    type: 'string',
    describe: 'CSV file whose "id" column names the images <id>.png; separated by commas, semicolons or tabs',
  },
  labelColumn: { onResume: 'told', type: 'string', describe: 'CSV column with the class of each image' },
  labelNames: { onResume: 'told', type: 'names', describe: 'names for the class values: False=female,True=male' },
  groupColumn: {
    onResume: 'fixed',
    type: 'string',
    describe: 'CSV column, such as the patient: images that share a value are held out together',
  },
  conditionColumns: {
    onResume: 'told',
    type: 'string',
    describe: 'CSV columns of numbers to condition the model on: age,weight or age:0..240,weight',
  },
  masks: {
    onResume: 'told',
    type: 'string',
    describe:
      'folder of label maps, one for each image under the name of its file, or a pattern of those beside the images: "*_seg.nii.gz", or the column of --csv that names them: PNG, TIFF, NIfTI, DICOM SEG',
  },
  maskRole: {
    onResume: 'fixed',
    type: 'choice',
    choices: MASK_ROLES,
    describe:
      'what the masks are for: input (the default) draws a picture of a mask, output draws a mask with each picture',
  },
  maskClasses: {
    onResume: 'fixed',
    type: 'string',
    describe:
      "names of the masks' values from 0 on: background,bone; those of labels.json, or the values, if not given",
  },
  conditionImages: {
    onResume: 'told',
    type: 'string',
    describe:
      'folder of pictures, one for each image under the name of its file, which the network is told: low resolution, another modality',
  },
  size: {
    onResume: 'fixed',
    type: 'size',
    max: MAX_SIZE,
    describe:
      'size of the images in pixels: 64 for squares, 96x64 for width x height; images are resized with a Lanczos filter',
  },
  channels: {
    onResume: 'fixed',
    type: 'channels',
    describe:
      'force gray (1) or RGB (3); keep alpha (2 or 4) or all samples of TIFF (up to 8); or a file for each channel, by a pattern: "flair=*_flair.nii.gz,t1=*_t1.nii.gz"  [default: gray if no image has colour; those of an array]',
  },
  depth: {
    onResume: 'fixed',
    type: 'choice',
    choices: DEPTHS,
    default: 8,
    describe: 'bits kept of a gray level: 16 keeps what DICOM, NIfTI, PNG, TIFF and .npy have',
  },
  fit: {
    onResume: 'fixed',
    type: 'choice',
    choices: FITS,
    default: 'crop',
    describe: 'how images get their proportions: crop keeps the middle, pad adds a border, stretch distorts',
  },
  background: {
    onResume: 'fixed',
    type: 'choice',
    choices: BACKGROUNDS,
    default: 'black',
    describe: 'colour of the padding, and behind transparent pixels',
  },
  window: {
    onResume: 'fixed',
    type: 'string',
    rule: windowRule,
    describe:
      'range of values shown from black to white, for DICOM, NIfTI, 16-bit gray and floating-point TIFF: dicom (as the file says; the default), auto (darkest to brightest) or centre,width',
  },
  frames: {
    onResume: 'fixed',
    type: 'string',
    rule: framesRule,
    describe: 'frames to take from files with several: first (the default; middle for NIfTI), middle, all, 7 or 10-20',
  },
  axis: {
    onResume: 'fixed',
    type: 'choice',
    choices: AXES,
    describe: 'plane in which NIfTI volumes are sliced; axial if not given',
  },
  layout: {
    onResume: 'fixed',
    type: 'choice',
    choices: LAYOUTS,
    describe: 'axes of an .npy or .npz: nhw, nhwc or nchw; by its shape if not given',
  },
  validationShare: {
    onResume: 'fixed',
    ...SHARE,
    default: 0.05,
    describe: 'share of the images held out for validation; 0 for none',
  },
  strict: { onResume: 'free', ...SWITCH, describe: 'stop at the first image that cannot be used' },
  cacheDir: {
    onResume: 'free',
    type: 'string',
    default: '.cache/onnoise',
    describe: 'folder in which prepared images are cached',
  },
});
