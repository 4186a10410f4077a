/** What a DICOM file knows of a patient stays in it: everything that the commands write and print is searched for it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeProjection } from '#test/evaluate/projection.ts';
import { PLANTED } from '#test/pictures/dicom.ts';
import { temporaryFolder, writeFiles } from '#test/pictures/images.ts';
import { filesBelow, plantedFiles, SECRETS, secretsIn } from '#test/pictures/planted.ts';
import { runCli } from '#test/run-cli.ts';

const root = temporaryFolder();
const place = (name: string) => join(root, name);

it('no patient is named in cache, run, model, card, evaluation, or what is printed', async () => {
  const written = plantedFiles(240);
  await writeFiles(place('scans'), written);
  expect(secretsIn(Buffer.from(written['1.dcm']!))).toEqual(SECRETS); // so that the search itself is right
  const rows = Array.from({ length: 240 }, (_, i) => `${i},${i % 7},${i % 2 === 0},${PLANTED.name}`);
  writeFileSync(place('ages.csv'), `id,age,male,name\n${rows.join('\n')}\n`);
  writeFileSync(
    place('config.json'),
    JSON.stringify({
      model: { _class_name: 'SimpleUnet', channels: [2, 4], time_emb_dim: 4 },
      scheduler: { num_train_timesteps: 10, beta_schedule: 'cosine' },
      training: { steps: 3, batch: 4, lr: 0.01, seed: 1 },
      output: { sampleCount: 2 },
    }),
  );
  await writeProjection(place('seen.onnx'), [1, 8, 8], 16);
  const data = ['--data', place('scans'), '--cache-dir', place('cache'), '--verbose'];
  const share = ['--validation-share', '0.4'];
  const table = ['--csv', place('ages.csv'), '--condition-columns', 'age'];
  const commands = [
    ['prepare', ...data, '--size', '8'],
    ['train', '--config', place('config.json'), ...data, ...share, '--size', '8', '--out', place('out/run')],
    ['train', '--config', place('config.json'), ...data, ...table, '--size', '8', '--dry-run'],
    ['export', '--run', place('out/run'), '--out', place('out/model')],
    [
      'evaluate',
      '--model',
      place('out/model'),
      ...data,
      '--feature-model',
      place('seen.onnx'),
      '--count',
      '90',
      '--out',
      place('out/report'),
    ],
    ['prepare', ...data, '--size', '8', '--strict'],
  ];
  const printed: string[] = [];
  const codes: number[] = [];
  for (const command of commands) {
    const { code, stdout, stderr } = await runCli(...command);
    codes.push(code);
    printed.push(stdout, stderr);
    if (code !== 0 && !command.includes('--strict')) throw new Error(stderr);
  }
  expect(codes).toEqual([0, 0, 0, 0, 0, 2]);
  expect(printed.join('\n')).toContain('bad-2.dcm: without pixels');
  expect(secretsIn(Buffer.from(printed.join('\n')))).toEqual([]);

  const outputs = [...filesBelow(place('cache')), ...filesBelow(place('out'))];
  const names = outputs.map((path) => path.slice(root.length));
  expect(names.some((name) => name.endsWith('/model.onnx'))).toBe(true);
  expect(names).toEqual(
    expect.arrayContaining(['/out/model/README.md', '/out/report/report.html', '/out/run/config.json']),
  );
  expect(outputs.filter((path) => secretsIn(readFileSync(path)).length > 0)).toEqual([]);
  expect(secretsIn(Buffer.from(names.join('\n')))).toEqual([]);
});
