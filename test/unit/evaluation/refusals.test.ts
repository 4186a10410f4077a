import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { evaluateCommand } from '#test/evaluate/command.ts';
import { writeExactModel } from '#test/evaluate/exact-model.ts';
import { grainedBars, writeIdx } from '#test/evaluate/grained.ts';
import { writeProjection } from '#test/evaluate/projection.ts';
import { tinyOnnx } from '#test/models/tiny-onnx.ts';
import { flatPicture, grayPicture, writeFiles } from '#test/pictures/images.ts';
import { refusal, runCli } from '#test/run-cli.ts';

const { place, base, seen } = evaluateCommand();
const plain = () => base('unconditional', 'plain');
const classes = () => base('fresh', 'bars');

describe('pipeline evaluate refuses, before anything is trained or sampled,', () => {
  beforeAll(async () => {
    await writeIdx(place('three'), grainedBars({ count: 90, classes: 3 }, 1));
    await writeIdx(place('same'), { shape: [1, 8, 8], count: 60, pixels: new Uint8Array(60 * 64).fill(77) });
    await writeIdx(place('one'), grainedBars({ count: 90, classes: 1 }, 1));
    const colours = Array.from({ length: 12 }, (_, i) => [`${i}.png`, flatPicture(8, 8, 20 * i, 90, 200)] as const);
    await writeFiles(place('colour'), Object.fromEntries(colours));
    await writeFiles(place('table'), {
      ...Object.fromEntries(
        Array.from({ length: 6 }, (_, i) => [`${i}.png`, grayPicture(8, 8, (x, y) => 20 * i + x * y)]),
      ),
      't.csv': `id,age\n${Array.from({ length: 6 }, (_, i) => `${i},${10 + i}`).join('\n')}\n`,
    });
    await writeFile(place('two-inputs.onnx'), tinyOnnx({ shape: [1, 8, 8] }));
    await writeProjection(place('wide.onnx'), [1, 8, 8], 100);
    await writeProjection(place('large.onnx'), [4, 8, 8], 4);
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
      'fewer pictures than features',
      () => [...plain(), '--count', '64'],
      'there must be at least 65 pictures, more than the 64 features of each, received 64. Raise --count, or name as many real images with --test-data.',
    ],
    [
      'fewer pictures than features of a file',
      () => [...plain(), '--count', '90', '--feature-model', place('wide.onnx')],
      'there must be at least 101 pictures, more than the 100 features of each, received 90.',
    ],
    [
      'a feature model of two inputs',
      () => [...plain(), '--feature-model', place('two-inputs.onnx')],
      'must have one input, the images, received',
    ],
    [
      'a feature model of four channels',
      () => [...plain(), '--feature-model', place('large.onnx')],
      'of 1 or 3 channels, received',
    ],
    [
      'a feature model that is none',
      () => [...plain(), '--feature-model', place('a-file')],
      'must be an ONNX file that onnxruntime can run, received "Protobuf parsing failed".',
    ],
    [
      'a feature model that is not there',
      () => [...plain(), '--feature-model', place('no.onnx')],
      'must be an ONNX file, ',
    ],
    [
      'nothing held out',
      () => [...base('unconditional', 'plain'), '--validation-share', '0'].toSpliced(4, 2),
      'some images of plain must be held out of training to compare with, but there are none. Name others with --test-data.',
    ],
    [
      'nearly all held out',
      () => [...plain().slice(0, 5), '0.995'],
      'the number of images to train on of plain must be an integer of at least 6, received 3.',
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
      'other channels',
      () => [...plain(), '--channels', '3'],
      "--channels must be 1, the channels of the model's pictures, received 3.",
    ],
    [
      'colour against gray',
      () => base('unconditional', 'colour'),
      "--data must be gray, as the model's pictures, the images are in colour. Add --channels 1 to convert them.",
    ],
    [
      'colour to test with',
      () => [...plain(), '--test-data', place('colour')],
      "--test-data must be gray, as the model's pictures, the images are in colour.",
    ],
    [
      'the training images to test with',
      () => [...plain(), '--test-data', place('plain')],
      '--test-data must be images that the model was not trained on, received "the images of --data".',
    ],
    [
      'images without labels for a model with classes',
      () => base('fresh', 'plain'),
      '--data must have classes, as the model has, received images without classes: give a folder for each class, or --csv with --label-column.',
    ],
    [
      'a class that the model lacks',
      () => base('fresh', 'three'),
      "--data must be images of the model's classes alone, which are 0, 1, received also 2.",
    ],
    [
      'a class that the data lack',
      () => base('fresh', 'one'),
      '--data must have images to train on of every class of the model, received none of 1.',
    ],
    [
      'test images without labels',
      () => [...classes(), '--test-data', place('table')],
      '--test-data must have classes, as --data has, received images without classes: give a folder for each class, or --test-csv.',
    ],
    [
      'test images of another class',
      () => [...classes(), '--test-data', place('three')],
      '--test-data must have classes of --data alone, received also 2.',
    ],
    [
      'numbers that the model does not take',
      () => [...base('unconditional', 'table'), '--csv', place('table/t.csv'), '--condition-columns', 'age'],
      'a column of --condition-columns must be left out, the model takes no numbers, received "age".',
    ],
    [
      'a column that is not there',
      () => [...base('unconditional', 'table'), '--csv', place('table/t.csv'), '--condition-columns', 'weight'],
      'weight',
    ],
    [
      'no images named',
      () => ['--model', place('fresh')],
      '--data must name the images that the model was trained on, bars by its training.json, received nothing.',
    ],
    [
      'images that are not there',
      () => base('fresh', 'nowhere'),
      'data must be "digits", a folder of images, a DICOMDIR, dicomweb: and an address, .npy or .npz, or IDX files, received',
    ],
    [
      'steps beyond the schedule',
      () => [...plain(), '--steps', '101'],
      'steps must be an integer from 1 to 100, received 101.',
    ],
    [
      'a row of a sweep that cannot be',
      () => [...plain(), '--sweep', 'steps=5,500'],
      'steps must be an integer from 1 to 100, received 500.',
    ],
    [
      'an option of another sampler',
      () => [...plain(), '--sweep', 'sampler=ddim,euler', '--eta', '0.5'],
      'eta must be left out or 0 with sampler',
    ],
    [
      'guidance that the model cannot have',
      () => [...plain(), '--sweep', 'guidance=1,2'],
      'guidance must be left out or 1',
    ],
    [
      'a sampler that is none',
      () => [...plain(), '--sweep', 'sampler=dpmsolver++'],
      '--sweep sampler must be one of ddpm, ddim, ',
    ],
    [
      'a range without a file',
      () => [...plain(), '--feature-range', '0,1'],
      '--feature-range must be left out without --feature-model',
    ],
    ['a seed below zero', () => [...plain(), '--seed', '-1'], '--seed must be an integer of at least 0, received -1.'],
    ['a batch of none', () => [...plain(), '--batch', '0'], 'batch must be an integer from 1 to 1024, received 0.'],
    [
      'results in a file',
      () => [...plain(), '--out', place('a-file')],
      '--out must be a folder that can be written, there is a file of that name.',
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
    [
      '--test-csv alone',
      () => [...plain(), '--test-csv', 'x.csv'],
      '--test-csv must come with --test-data, received it alone.',
    ],
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
    expect(await refusal(runCli('evaluate', ...args, '--out', place('none'), '--quiet'))).toContain(
      'there is a folder of that name. Or leave the model folder as it is: --no-card.',
    );
    expect(existsSync(place('none'))).toBe(false);
  });
});
