import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readTrainedOn } from '#base/folders/training-file.ts';
import { trainedCard } from '#test/models/card.ts';
import { temporaryFolder, tinyArtefact } from '#test/models/tiny-onnx.ts';

const HASH = 'ab'.repeat(32);
const CONFIG = { data: { source: 'digits', fit: 'crop', validationShare: 0.05 }, training: { seed: 7, lr: 0.1 } };

const cardOf = (hash: string, config: object) => trainedCard({ data: { name: 'digits', hash, count: 3 }, config });

test('reads which images the model was trained on, and what training started from', async () => {
  const folder = await tinyArtefact({}, { card: cardOf(HASH, CONFIG) });
  expect(await readTrainedOn(folder)).toEqual({ hash: HASH, data: CONFIG.data, seed: 7 });
  const training = { ...CONFIG.training, init: 'models/cats' };
  const started = await tinyArtefact({}, { card: cardOf(HASH, { ...CONFIG, training }) });
  expect(await readTrainedOn(started)).toEqual({ hash: HASH, data: CONFIG.data, seed: 7, start: 'models/cats' });
});

test('reads nothing of it from the card, whatever that says', async () => {
  const folder = await tinyArtefact({}, { card: cardOf(HASH, CONFIG) });
  await writeFile(join(folder, 'README.md'), '- hash: `00`\n');
  expect(await readTrainedOn(folder)).toEqual({ hash: HASH, data: CONFIG.data, seed: 7 });
  await rm(join(folder, 'training.json'));
  expect(await readTrainedOn(folder)).toBeUndefined();
  expect(await readTrainedOn(await temporaryFolder())).toBeUndefined();
});

test('says why the file cannot be read', async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'training.json'));
  await expect(readTrainedOn(folder)).rejects.toThrow(/^Cannot read .*training\.json: /);
});

test.each([
  ['{', 'JSON'],
  ['{}', 'of format 1, received none'],
  ['null', 'of format 1, received none'],
  ['{"format": 2}', 'of format 1, received 2'],
  ['{"format": 1, "data": {"hash": "unknown"}}', 'with the SHA-256 of the images, received unknown'],
  [JSON.stringify({ format: 1, data: { hash: HASH } }), 'with the settings of training, received none'],
])('refuses %s', async (text, rule) => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'training.json'), text);
  await expect(readTrainedOn(folder)).rejects.toThrow(rule);
});
