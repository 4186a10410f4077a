/** What `pipeline sample` refuses: one sentence, exit code 2, before the network is opened, and nothing is written. */
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { GUIDED, type TinyOptions, tinyArtefact } from '#test/models/tiny-onnx.ts';
import { flatPicture, temporaryFolder, writeFiles } from '#test/pictures/images.ts';
import { refusal, runCli } from '#test/run-cli.ts';

const root = temporaryFolder();
const at = (path: string) => join(root, path);
const MODELS = {
  gray: {},
  guided: GUIDED,
  colour: { shape: [3, 4, 4] },
} satisfies Record<string, TinyOptions>;

beforeAll(async () => {
  for (const [name, options] of Object.entries(MODELS)) {
    await tinyArtefact(options, { out: at(name) });
    writeFileSync(at(`${name}/unet/model.onnx`), 'code that opens it throws');
  }
  mkdirSync(at('out'));
  await writeFiles(at('in'), {
    'x.png': flatPicture(4, 4, 119),
    '0.png': flatPicture(4, 4, 119),
    '0001.png': 'no picture',
    '0.dcm': 'a scan of somebody',
    '0.nii.gz': 'a scan of somebody',
    'large.png': flatPicture(8, 8, 200),
    'colour.png': flatPicture(4, 4, 255, 0, 0),
    'clear.png': flatPicture(4, 4, 9, 9, 9, 9),
    'words.png': 'no picture',
  });
  symlinkSync(at('in'), at('link'), 'junction');
});

/** The model, the options as they are typed, and the sentence; `in`, `link` and `out` are folders, and `*` what lies above. */
const REFUSED: readonly [model: keyof typeof MODELS, typed: string, sentence: string][] = [
  ['gray', '--model out/no', '*out/no must be a model folder, but there is none'],
  ['gray', '--out out/a', '--out must end in .png, .jpg, .jpeg, .webp, .avif, .tiff, .tif or .gif, received "*out/a".'],
  ['gray', '--out out/.png', '--out must end in .png, .jpg, .jpeg, .webp, .avif, .tiff, .tif or .gif, received'],
  ['gray', '--out -', 'received "-": pictures do not go to standard output.'],
  ['gray', '--animation out/a.png', '--animation must end in .webp or .gif, received "*out/a.png".'],
  [
    'gray',
    '--out out/a.gif --animation out/a.gif',
    '--animation must differ from --out, received *out/a.gif for both.',
  ],
  ['gray', '--singles out/x --frames out/x', '--frames must differ from --singles, received *out/x for both.'],
  ['gray', '--singles in/x.png', '--singles must be a folder that can be written, there is a file of that name.'],
  ['gray', '--count 200 --columns 200 --out out/a.webp', 'at most 16383 pixels wide'],
  ['gray', '--count 900000', 'the sheet must take at most 1 GiB'],
  ['gray', '--count 999999 --steps 99 --frames out/f', 'must take at most 1 GiB'],
  ['gray', '--columns 0', '--columns must be an integer from 1 to 10000, received 0'],

  ['gray', '--out in/5.png --singles in --seed 5', 'the files of --singles must differ from --out, received *in/5.png'],
  ['gray', '--out in/5.png --singles link --seed 5', 'must differ from --out, received *link/5.png for both.'],
  ['gray', '--out in/0002.png --frames in', 'the files of --frames must differ from --out, received *in/0002.png'],
  ['gray', '--out in/x.png --from in/x.png', '--out must differ from --from, received *in/x.png for both.'],
  ['gray', '--out in/0.png --from in/x.png --mask in/0.png', '--out must differ from --mask, received *in/0.png'],
  ['gray', '--from in/0.png --singles in', 'the files of --singles must differ from --from, received *in/0.png'],
  [
    'gray',
    '--singles in',
    '--singles must be a folder without other pictures of the same names, received *in with a 0.png',
  ],
  ['gray', '--frames in', 'received *in with a 0001.png that sample did not write. Choose another folder.'],
  ['gray', '--singles in --format dicom', 'with a 0.dcm that sample did not write.'],
  ['gray', '--singles in --format nifti', 'with a 0.nii.gz that sample did not write.'],

  [
    'gray',
    '--from in/large.png',
    '--from *in/large.png must be 4 x 4 pixels, as the pictures of the model are, received',
  ],
  ['gray', '--from in/colour.png', 'must be gray, as the pictures of the model are, received one with colour.'],
  ['gray', '--from in/clear.png', 'must be opaque, received one with transparent pixels.'],
  [
    'gray',
    '--from in/words.png',
    'must be a picture in png, jpeg, webp, gif, tiff or avif, received bytes that are no',
  ],
  ['gray', '--from in/none.png', 'Cannot read --from *in/none.png: it is not there.'],
  ['gray', '--from in', 'Cannot read --from *in: it is a folder.'],
  ['gray', '--from in/x.png --mask in/large.png', '--mask *in/large.png must be 4 x 4 pixels, as the pictures of the'],
  ['gray', '--from in/x.png --mask in/colour.png', 'must be gray, white to paint anew and black to keep, received one'],
  ['gray', '--from in/x.png --mask in/clear.png', '--mask *in/clear.png must be opaque, received one with transparent'],
  ['gray', '--mask in/x.png', '--mask must be left out without --from, received "*in/x.png".'],
  ['gray', '--fit crop', '--fit must be left out without pictures or masks to fit, received "crop".'],
  ['gray', '--interpolate 1', '--interpolate must be two seeds, as 3,7, received "1".'],

  ['guided', '--condition age', '--condition must be a name and its values, as boneage=120, received "age".'],
  ['guided', '--condition age=old', '--condition age must be a number, received "old".'],
  ['guided', '--condition age=60,', '--condition age must be a number, received "".'],
  ['guided', '--condition age=60 --condition age=70', '--condition age must be given once, received it twice.'],
  ['guided', '--guidance-interval 20', '--guidance-interval must be two numbers, as 100,900, received "20".'],

  ['gray', '--format dicom', '--format must be left out without --singles, whose files it is for, received "dicom"'],
  [
    'gray',
    '--singles out/x --format tiff',
    '--format must be png, dicom or nifti without --units, whose floats tiff is',
  ],
  [
    'gray',
    '--singles out/x --modality CT',
    '--modality must be left out without --format dicom, whose files it is for',
  ],
  [
    'gray',
    '--singles out/x --pixel-spacing 1',
    '--pixel-spacing must be left out without --format dicom or nifti, whose',
  ],
  ['gray', '--singles out/x --format nifti --body-part HAND', '--body-part must be left out without --format dicom'],
  ['gray', '--singles out/x --format dicom --body-part hand', '--body-part must be up to 16 capitals, digits, blanks'],
  [
    'colour',
    '--singles out/x --format nifti',
    '--format must be png or dicom, as this model draws in colour, received',
  ],
  [
    'colour',
    '--singles out/x --format dicom --modality MR',
    '--modality must be OT or left out, as this model draws in',
  ],
];

test.each(REFUSED)('of a %s model it refuses %s', async (model, typed, sentence) => {
  const words = typed.split(' ').map((word) => (/^(in|out|link)(\/|$)/.test(word) ? at(word) : word));
  if (!words.includes('--out')) words.push('--out', at('out/s.png'));
  if (!words.includes('--model')) words.push('--model', at(model));
  const before = readdirSync(root, { recursive: true }).sort();
  const stderr = await refusal(runCli('sample', ...words));
  expect(stderr).toContain(sentence.replaceAll('*', `${root}/`));
  expect(stderr).toMatch(/^Cannot [^\n]+\.\n/);
  expect(readdirSync(root, { recursive: true }).sort()).toEqual(before);
});
