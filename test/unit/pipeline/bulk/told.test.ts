/** Orders of pictures of masks: everyone who takes part is given the masks, and the order has their hashes. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { labelPng } from '#runtime-node/index.ts';
import { tinyArtefact } from '#test/models/tiny-onnx.ts';
import { temporaryFolder } from '#test/pictures/images.ts';
import { refusal, runCli } from '#test/run-cli.ts';
import { lacksTar, skipBecause } from '#test/skip.ts';

const root = temporaryFolder();
const LABELS = { classes: ['air', 'bone'], values: [0, 5] };

test(
  'a share has the pictures that sample makes of the masks in turn, and other masks are another order',
  skipBecause(lacksTar()),
  async () => {
    const model = await tinyArtefact({ shape: [1, 4, 4], conditionImage: LABELS });
    const masks = join(root, 'masks');
    mkdirSync(masks);
    const [few, many] = await Promise.all(
      [4, 12].map((n) => labelPng(new Uint8Array(16).fill(1, n), { width: 4, height: 4 }, LABELS)),
    );
    writeFileSync(join(masks, 'a.png'), few!);
    writeFileSync(join(masks, 'b.png'), many!);
    const given = ['--model', model, '--count', '3', '--steps', '2'];
    const order = [...given, '--shard', '2', '--out', join(root, 'bulk')];
    expect(await refusal(runCli('worker', '--shards', '0/1', ...order))).toContain(
      'this model needs a mask for each image',
    );
    expect(await runCli('worker', '--shards', '0/1', ...order, '--masks', masks)).toMatchObject({ code: 0 });
    expect(await runCli('generate', '--merge', ...order, '--masks', masks)).toMatchObject({ code: 0 });
    const places = ['--singles', join(root, 'singles'), '--out', join(root, 'sheet.png'), '--masks', masks];
    expect(await runCli('sample', ...given, ...places)).toMatchObject({ code: 0 });
    expect(readdirSync(join(root, 'singles'))).toEqual(['0.png', '1.png', '2.png']);
    const manifest = JSON.parse(readFileSync(join(root, 'bulk', 'manifest.json'), 'utf8'));
    const files: string[] = manifest.shards.map(({ file }: { file: string }) => join(root, 'bulk', file));
    for (const file of files) execFileSync('tar', ['xf', file, '-C', root]);
    for (const seed of [0, 1, 2]) {
      const [bulk, single] = [`00000000${seed}.png`, join('singles', `${seed}.png`)].map((name) =>
        sharp(join(root, name)).raw().toBuffer(),
      );
      expect(await bulk).toEqual(await single);
    }
    const told = files.map((file) =>
      JSON.parse(readFileSync(file.replace(/tar$/, 'json'), 'utf8')).images.map(
        (image: { told: string }) => image.told,
      ),
    );
    expect(told[0]).toHaveLength(2);
    expect([told[1][0], new Set(told[0]).size]).toEqual([told[0][0], 2]); // in turn
    expect(await refusal(runCli('generate', '--merge', ...order, '--masks', join(masks, 'a.png')))).toContain(
      'must be a folder without the manifest of another order',
    );
    const queue = [
      'worker',
      '--queue',
      'redis://localhost:1',
      '--masks',
      masks,
      '--model',
      model,
      '--model',
      `other=${model}`,
    ];
    expect(await refusal(runCli(...queue))).toContain('--model must be one model with --masks');
  },
);
