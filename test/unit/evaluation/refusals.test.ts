import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { evaluateCommand } from '#test/evaluate/command.ts';
import { writeExactModel } from '#test/evaluate/exact-model.ts';
import { grainedBars, writeIdx } from '#test/evaluate/grained.ts';
import { flatPicture, writeFiles } from '#test/pictures/images.ts';
import { refusal, refuses, runCli } from '#test/run-cli.ts';

const { place, base, seen } = evaluateCommand();
const plain = () => base('unconditional', 'plain');
const classes = () => base('fresh', 'bars');

describe('pipeline evaluate refuses, before anything is trained or sampled,', () => {
  beforeAll(async () => {
    await writeIdx(place('same'), { shape: [1, 8, 8], count: 60, pixels: new Uint8Array(60 * 64).fill(77) });
    const colours = Array.from({ length: 12 }, (_, i) => [`${i}.png`, flatPicture(8, 8, 20 * i, 90, 200)] as const);
    await writeFiles(place('colour'), Object.fromEntries(colours));
    await writeFile(place('a-file'), 'x');
    await mkdir(place('taken/report.html'), { recursive: true });
  });

  test.each<[what: string, args: () => string[], message: string]>([
    ['no pictures', () => [...plain(), '--count', '0'], '--count must be an integer of at least 1, received 0.'],
    [
      'more pictures than real images',
      () => [...plain(), '--count', '225'],
      '--count must be at most 224, the images held out of training, received 225. Name more real images with --test-data.',
    ],
    [
      'a feature model that is none',
      () => [...plain(), '--feature-model', place('a-file')],
      'must be an ONNX file that onnxruntime can run, received "Protobuf parsing failed".',
    ],
    [
      'nothing held out',
      () => [...base('unconditional', 'plain'), '--validation-share', '0'].toSpliced(4, 2),
      'some images of plain must be held out of training to compare with, but there are none. Name others with --test-data.',
    ],
    [
      'images that are all the same',
      () => base('unconditional', 'same'),
      'the number of different images to train on of same must be an integer of at least 3, received 1.',
    ],
    [
      'another size',
      () => [...plain(), '--size', '16'],
      "--size must be 8, the size of the model's pictures, received 16.",
    ],
    [
      'colour against gray',
      () => base('unconditional', 'colour'),
      "--data must be gray, as the model's pictures, the images are in colour. Add --channels 1 to convert them.",
    ],
    [
      'the training images to test with',
      () => [...plain(), '--test-data', place('plain')],
      '--test-data must be images that the model was not trained on, received "the images of --data".',
    ],
    [
      'test images without labels',
      () => [...classes(), '--test-data', place('same')],
      '--test-data must have classes, as --data has, received images without classes: give a folder for each class, or --test-csv.',
    ],
    [
      'no images named',
      () => ['--model', place('fresh')],
      '--data must name the images that the model was trained on, bars by its training.json, received nothing.',
    ],
    ['a sweep', () => [...plain(), '--sweep', 'steps=5'], 'has no option --sweep any more. Evaluate once for each'],
    [
      'a range without a file',
      () => [...plain(), '--feature-range', '0,1'],
      '--feature-range must be left out without --feature-model',
    ],
    [
      'a folder in the place of the report',
      () => [...plain(), '--out', place('taken')],
      'report.html in --out must be a file that can be written, there is a folder of that name.',
    ],
    [
      'results in a model folder that is to stay as it is',
      () => [...plain(), '--out', place('unconditional/report'), '--no-card'],
      '--out must lie outside the model folder with --no-card, received ',
    ],
    ['a model that is not there', () => base('nowhere', 'plain'), 'must be a model folder, but there is none.'],
  ])('%s', async (_, args, message) => {
    const given = args();
    const out = given.includes('--out') ? [] : ['--out', place('none')];
    const stderr = await refusal(runCli('evaluate', ...given, '--cache-dir', place('cache'), ...out, '--quiet'));
    expect(stderr).toMatch(/^Cannot [^\n]+\.( See: .*)?\n(See: pipeline evaluate --help\n)?$/);
    expect(stderr).toContain(message);
    expect(existsSync(place('none'))).toBe(false);
    expect(existsSync(place('cache/features'))).toBe(false);
  });

  test('a model folder whose card is no file', async () => {
    await writeExactModel({ out: place('locked'), images: grainedBars({ count: 9 }, 1) });
    await mkdir(place('locked/evaluation.json'));
    const args = ['--model', place('locked'), ...plain().slice(2), ...seen(), '--cache-dir', place('cache')];
    await refuses(
      runCli('evaluate', ...args, '--out', place('none'), '--quiet'),
      'there is a folder of that name. Or leave the model folder as it is: --no-card.',
    );
    expect(existsSync(place('none'))).toBe(false);
  });
});
