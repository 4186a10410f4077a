import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { writeFollower } from '#test/evaluate/follower.ts';
import { GUIDED, temporaryFolder, tinyArtefact } from '#test/models/tiny-onnx.ts';
import { flatPicture, writeFiles } from '#test/pictures/images.ts';
import { done, refuses, runCli } from '#test/run-cli.ts';

const LEVELS = { a: 60, b: 128, c: 250 };

async function scene() {
  const root = await temporaryFolder();
  const data = await writeFiles(
    join(root, 'new'),
    // Of other shapes than the model's.
    Object.fromEntries(Object.entries(LEVELS).map(([name, level], i) => [`${name}.png`, flatPicture(9 + i, 7, level)])),
  );
  const model = await tinyArtefact(GUIDED);
  const truth = join(root, 'truth.csv');
  writeFileSync(truth, 'id,abnormal\na,0\nb,0\nc,1\n');
  const out = join(root, 'found');
  const usual = { '--model': model, '--data': data, '--out': out };
  const run = (...more: string[]) => {
    const left = Object.entries(usual).filter(([option]) => !more.includes(option));
    return runCli('anomaly', '--cache-dir', join(root, 'cache'), '--device', 'cpu', ...left.flat(), ...more);
  };
  return { root, data, truth, out, run };
}

const scoresIn = (out: string) => JSON.parse(readFileSync(join(out, 'anomaly.json'), 'utf8'));

describe('pipeline anomaly', () => {
  it('writes scores, maps and a sheet, and measures against the truth', async () => {
    const { out, truth, run } = await scene();
    const { stdout, stderr } = await done(run('--truth', truth, '--strength', '0.3', '--draws', '2'));
    expect(stderr).toContain('12/12 calls');
    expect(stdout).toMatch(/^Scores: 3 images in .*\nSheet: .*\nAUROC: [01]\.\d{3} \([01]\.\d{3} to [01]\.\d{3}\)\n$/);
    expect(readdirSync(out).sort()).toEqual(['anomaly.json', 'difference', 'sheet.png']);
    expect(readdirSync(join(out, 'difference')).sort()).toEqual(['a.png', 'b.png', 'c.png']);
    const { images, auroc, settings } = scoresIn(out);
    expect(images.map(({ file }: { file: string }) => file).sort()).toEqual(['a.png', 'b.png', 'c.png']);
    const scores: number[] = images.map(({ score }: { score: number }) => score);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    expect([settings.draws, settings.strength, typeof auroc.value]).toEqual([2, 0.3, 'number']);
    const map = await sharp(join(out, 'difference', 'a.png')).metadata();
    expect([map.width, map.height, map.channels]).toEqual([4, 4, 1]);
    const sheet = await sharp(join(out, 'sheet.png')).metadata();
    expect([sheet.width! > 0, sheet.width]).toEqual([true, sheet.height]); // three rows of three
  });

  it('tells a model of masks no mask', async () => {
    const { root, data, out, run } = await scene();
    const settings = { source: data, masks: join(root, 'nowhere') };
    await writeFollower(join(root, 'both'), { nullCondition: true, data: settings });
    await done(run('--model', join(root, 'both')));
    expect(scoresIn(out).images).toHaveLength(3);
  });

  it('goes by inversion, which draws nothing', async () => {
    const { out, run } = await scene();
    const of = async (seed: string) => {
      await done(run('--method', 'inversion', '--strength', '0.5', '--seed', seed));
      return scoresIn(out).images;
    };
    expect(await of('1')).toEqual(await of('2'));
  });

  it.each([
    ['--strength 1.5', '--strength must be a number above 0, at most 1, received 1.5.'],
    ['--show 0', '--show must be an integer from 1 to 100, received 0.'],
    ['--method inversion --draws 2', '--draws must be left out with --method inversion'],
    ['--data @classes', 'data must be a folder with images'],
    ['--out @new/x', '--out must lie outside the folder of the images'],
    ['--model @classes', 'the model must know pictures without a condition'],
    ['--truth @few.csv', 'must have a row for each image, received none for b.png.'],
  ])('refuses %s before any work', async (typed, message) => {
    const { root, out, run } = await scene();
    await tinyArtefact({ classes: 2 }, { out: join(root, 'classes') });
    writeFileSync(join(root, 'few.csv'), 'id,abnormal\na,0\nc,1\n');
    const args = typed.split(' ').map((word) => (word.startsWith('@') ? join(root, word.slice(1)) : word));
    await refuses(run(...args), message);
    expect(existsSync(join(out, 'difference'))).toBe(false);
  });
});
