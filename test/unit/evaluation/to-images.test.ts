import { expect, test } from 'vitest';
import { imageWords, toImages } from '#pipeline/commands/options/evaluate-fields.ts';

const card = {
  hash: 'a'.repeat(64),
  data: { source: 'digits', fit: 'pad', validationShare: 0.2, labelNames: { 0: 'zero' }, csv: 'labels.csv' },
  seed: 7,
};

test('images are prepared, split and named as in training, and files are those typed', () => {
  const { data } = toImages('evaluate x', {}, [1, 28, 28], card);
  const names = { 0: 'zero' };
  expect(data).toMatchObject({
    data: 'digits',
    size: 28,
    fit: 'pad',
    validationShare: 0.2,
    seed: 7,
    labelNames: names,
    labelNamesFrom: "the model's training.json",
  });
  expect(data.csv).toBeUndefined();
});

test('what is typed comes before training.json', () => {
  const typed = { 'label-names': { 0: 'nought' }, fit: 'crop' };
  const { data } = toImages('evaluate x', typed, [1, 28, 28], card);
  expect(data).toMatchObject({ labelNames: { 0: 'nought' }, fit: 'crop', seed: 7 });
  expect(data.labelNamesFrom).toBeUndefined();
});

test('images to test on are named by the data, as they may lack a class', () => {
  const { data, test: other } = toImages('evaluate x', { 'test-data': 'others' }, [1, 28, 28], card);
  expect(data.labelNames).toEqual({ 0: 'zero' });
  expect(other).toMatchObject({ data: 'others', fit: 'pad', validationShare: 0 });
  expect(other!.labelNames).toBeUndefined();
});

test('windows, frames and cuts are those of training.json, for images to test on too', () => {
  const scans = { ...card, data: { ...card.data, source: 'scans', window: '40,400', frames: '2-5', axis: 'coronal' } };
  const typed = { data: 'scans', 'test-data': 'others', frames: 'all' };
  const { data, test: other } = toImages('evaluate x', typed, [1, 28, 28], scans);
  const images = { window: '40,400', frames: 'all', axis: 'coronal' };
  expect(data).toMatchObject(images);
  expect(other).toMatchObject(images);
});

test('masks are those of training where the images are, and their classes where some are named', () => {
  const { csv: _, ...plain } = card.data;
  const hands = { ...plain, source: 'hands', masks: 'hand-masks', maskClasses: 'air,bone' };
  const masked = { ...card, data: hands };
  const toOf = (typed: object, from = masked) => {
    const { data, test: other } = toImages('evaluate x', { data: 'hands', ...typed }, [1, 28, 28], from);
    return (other ? [data, other] : [data]).map((images) => [images.masks, images.maskClasses]);
  };
  const none = [undefined, undefined];
  expect(toOf({})).toEqual([['hand-masks', 'air,bone']]);
  expect(toOf({ masks: 'mine' })).toEqual([['mine', 'air,bone']]);
  expect(toOf({ data: 'copies/hands', masks: 'mine' })).toEqual([['mine', 'air,bone']]);
  for (const typed of [{ data: 'copies/hands' }, { 'condition-images': 'low' }]) expect(toOf(typed)).toEqual([none]);
  const table = { ...card, data: { ...hands, csv: 'hands.csv', masks: 'file' } };
  expect(toOf({}, table)).toEqual([none]);
  expect(toOf({ csv: 'hands.csv' }, table)).toEqual([['file', 'air,bone']]);
  expect(toOf({ 'test-data': 'others', 'test-masks': 'other-masks' })[1]).toEqual(['other-masks', 'air,bone']);
  expect(toOf({ 'test-data': 'others' })[1]).toEqual(none);
});

test('options of images are told as they were typed, without where files lie', () => {
  const typed = {
    data: '/home/ann/knees 2019/',
    csv: '../tables/knees.csv',
    'label-names': { 0: 'left knee', 1: 'right' },
    'group-column': 'patient',
    size: 64,
    strict: true,
    'cache-dir': '/home/ann/cache',
    'test-data': 'digits',
  };
  expect(imageWords(typed)).toEqual([
    '--data <knees 2019>',
    '--csv <knees.csv>',
    "--label-names '0=left knee,1=right'",
    '--group-column patient',
    '--size 64',
    '--strict',
    '--test-data digits',
  ]);
  expect(imageWords({ strict: false })).toEqual([]);
});
