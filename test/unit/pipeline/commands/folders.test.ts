import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writeCheckpoint } from '#test/checkpoint.ts';
import { tinyArtefact } from '#test/models/tiny-onnx.ts';
import { writeGrayPictures } from '#test/pictures/images.ts';
import { done, runCli, trainTiny } from '#test/run-cli.ts';
import { temporaryFolder } from '#test/temporary/folder.ts';

/** What every user's folder holds: under names of its own, and under those that models, runs and phantoms have. */
const BYSTANDERS = [
  'notes.txt',
  'data/1.png',
  'unet/model.onnx',
  'README.md',
  'model_index.json',
  'train/step.onnx',
  '.git/HEAD',
];
const mine = (path: string) => `mine: ${path}`;

const DETOURS = [
  '..',
  '.',
  'nope/..',
  'nope/./nope/../..',
  'link',
  'link/..',
  'link/nope/..',
  'data',
  'data/..',
  'data//',
  ' ',
  ' /..',
  '',
];

/** A folder with bystanders, a second one that `link` names, and one between them to stand in. */
function scene() {
  const root = temporaryFolder();
  const folders = [root, join(root, 'other')];
  for (const folder of folders) {
    for (const path of BYSTANDERS) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), mine(path));
    }
  }
  symlinkSync('other', join(root, 'link'), 'junction');
  mkdirSync(join(root, 'here'));
  const isWhole = () =>
    folders.every((folder) => BYSTANDERS.every((path) => readFileSync(join(folder, path), 'utf8') === mine(path)));
  return { root, isWhole };
}

describe('commands that write a folder whole', () => {
  const commands = (model: string, run: string, checkpoint: string): readonly (readonly string[])[] => [
    ['export', '--run', run],
    ['import', checkpoint],
    ['convert', '--model', model, '--weights'],
    ['convert', '--model', model, '--format', 'float16', '--drift', '1'],
    ['phantom', '--count', '1', '--size', '32'],
    ['transfer', '--preset', 'tab', '--to', 'tab'],
    ['transfer', '--run', run, '--to', 'tab'],
    ['transfer', '--run', run, '--to', 'accelerate'],
    ['convert', '--model', model, '--fuse', 'loop', '--steps', '1'],
    [
      'distill',
      '--model',
      model,
      '--calls',
      '1',
      '--steps',
      '1',
      '--lessons',
      '2',
      '--batch',
      '2',
      '--run',
      `${run}-few`,
    ],
  ];

  it('lose no file of anybody, wherever --out leads', { timeout: 240_000 }, async () => {
    const place = temporaryFolder();
    const run = join(place, 'run');
    const pictures = await writeGrayPictures(join(place, 'pictures'));
    await done(trainTiny(pictures, run, '--steps', '2', '--cache-dir', join(place, 'cache')));
    const written = commands(await tinyArtefact(), run, await writeCheckpoint(join(place, 'checkpoint')));
    const paths = fc.tuple(
      fc.constantFrom('ROOT', '.', '..', '../other'),
      fc.constantFrom(...DETOURS),
      fc.constantFrom('', '/', '/new'),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...written), paths, async (command, [start, detour, end]) => {
        const { root, isWhole } = scene();
        const out = `${start === 'ROOT' ? root : start}/${detour}${end}`;
        const before = process.cwd();
        process.chdir(join(root, 'here'));
        try {
          const { code } = await runCli(...command, '--out', out);
          expect(isWhole(), `${command.join(' ')} --out ${JSON.stringify(out)}: ${code}`).toBe(true);
          if (code === 0) expect(readdirSync(resolve(out)).length).toBeGreaterThan(0);
          expect(statSync(join(root, 'here')).isDirectory()).toBe(true);
        } finally {
          process.chdir(before);
        }
      }),
      {
        numRuns: 30,
        seed: 5,
        examples: written.map((command) => [command, ['../other', 'nope/..', '']]),
      },
    );
  });
});
