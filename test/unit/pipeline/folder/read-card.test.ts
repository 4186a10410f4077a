import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readTrainedOn } from '#pipeline/folder/read-card.ts';
import { temporaryFolder, tinyArtefact } from '#test/models/tiny-onnx.ts';

const HASH = 'ab'.repeat(32);
const CONFIG = { data: { source: 'digits', fit: 'crop', validationShare: 0.05 }, training: { seed: 7, lr: 0.1 } };

const cardOf = (hash: string, config: object) => ({
  name: 'tiny',
  data: { name: 'digits', hash, count: 3 },
  parameters: 1,
  config,
  metrics: { loss: 0.5 },
  limits: ['It draws nothing.'],
});

test('reads what a card says of the images that the model was trained on', async () => {
  const folder = await tinyArtefact({}, { card: cardOf(HASH, CONFIG) });
  expect(await readTrainedOn(folder)).toEqual({ hash: HASH, data: CONFIG.data, seed: 7 });
});

test('reads what training started from', async () => {
  const training = { ...CONFIG.training, init: 'models/cats' };
  const folder = await tinyArtefact({}, { card: cardOf(HASH, { ...CONFIG, training }) });
  expect(await readTrainedOn(folder)).toEqual({ hash: HASH, data: CONFIG.data, seed: 7, start: 'models/cats' });
});

test('reads a card with the line ends of Windows', async () => {
  const folder = await tinyArtefact({}, { card: cardOf(HASH, CONFIG) });
  const card = join(folder, 'README.md');
  await writeFile(card, (await readFile(card, 'utf8')).replaceAll('\n', '\r\n'));
  expect(await readTrainedOn(folder)).toEqual({ hash: HASH, data: CONFIG.data, seed: 7 });
});

test('says why a card cannot be read', async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'README.md'));
  await expect(readTrainedOn(folder)).rejects.toThrow(/^Cannot read .*README\.md: /);
});

test('reads nothing from cards that others wrote, and from folders without one', async () => {
  const folder = await tinyArtefact({}, { card: cardOf('unknown', CONFIG) });
  expect(await readTrainedOn(folder)).toBeUndefined();
  expect(await readTrainedOn(await temporaryFolder())).toBeUndefined();
  const broken = await tinyArtefact({}, { card: cardOf(HASH, CONFIG) });
  const card = join(broken, 'README.md');
  await writeFile(card, (await readFile(card, 'utf8')).replace('```json\n{', '```json\n{,'));
  expect(await readTrainedOn(broken)).toBeUndefined();
});

test('reads the card of the shipped digits', async () => {
  const found = await readTrainedOn(join(import.meta.dirname, '../../../../models/digits'));
  expect(found).toMatchObject({
    data: { source: 'digits', validationShare: expect.any(Number) },
    seed: expect.any(Number),
  });
});
