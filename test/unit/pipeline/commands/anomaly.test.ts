import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { writeExactModel } from '#test/evaluate/exact-model.ts';
import { writeFollower } from '#test/evaluate/follower.ts';
import { GUIDED, temporaryFolder, tinyArtefact } from '#test/models/tiny-onnx.ts';
import { flatPicture, writeFiles } from '#test/pictures/images.ts';
import { refusal, runCli } from '#test/run-cli.ts';

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
  const common = ['anomaly', '--model', model, '--data', data, '--cache-dir', join(root, 'cache'), '--device', 'cpu'];
  return { root, data, truth, out, run: (...more: string[]) => runCli(...common, '--out', out, ...more) };
}

const scoresIn = (out: string) => JSON.parse(readFileSync(join(out, 'anomaly.json'), 'utf8'));

describe('pipeline anomaly', () => {
  it('writes scores, maps and a sheet, and measures against the truth', async () => {
    const { out, truth, run } = await scene();
    const { code, stdout, stderr } = await run('--truth', truth, '--strength', '0.3', '--draws', '2');
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('12/12 calls');
    expect(stdout).toMatch(/^Scores: 3 images in .*\nSheet: .*\nAUROC: [01]\.\d{3} \([01]\.\d{3} to [01]\.\d{3}\)\n$/);
    expect(readdirSync(out).sort()).toEqual(['anomaly.json', 'difference', 'sheet.png']);
    expect(readdirSync(join(out, 'difference')).sort()).toEqual(['a.png', 'b.png', 'c.png']);
    const { images, auroc, settings } = scoresIn(out);
    expect(images.map(({ file }: { file: string }) => file).sort()).toEqual(['a.png', 'b.png', 'c.png']);
    expect(images.map(({ score }: { score: number }) => score)).toEqual(
      images.map(({ score }: { score: number }) => score).sort((a: number, b: number) => b - a),
    );
    expect([settings.draws, settings.strength, typeof auroc.value]).toEqual([2, 0.3, 'number']);
    const map = await sharp(join(out, 'difference', 'a.png')).metadata();
    expect([map.width, map.height, map.channels]).toEqual([4, 4, 1]);
    const sheet = await sharp(join(out, 'sheet.png')).metadata();
    expect([sheet.width! > 0, sheet.width]).toEqual([true, sheet.height]); // three rows of three
  });

  it('gives the same scores for the same seed, and others for another', async () => {
    const { out, run } = await scene();
    const of = async (seed: string) => {
      await run('--seed', seed);
      return scoresIn(out).images;
    };
    const first = await of('4');
    expect(await of('4')).toEqual(first);
    expect(await of('5')).not.toEqual(first);
  });

  it('needs a model of masks to know pictures without them, and to draw none', async () => {
    const { root, data } = await scene();
    const place = (name: string) => join(root, name);
    const settings = { source: data, masks: place('nowhere') };
    await writeFollower(place('both'), { nullCondition: true, data: settings });
    await writeFollower(place('told'), { data: settings });
    const images = { shape: [3, 8, 8] as const, count: 1, pixels: new Uint8Array(192) };
    await writeExactModel({ out: place('drawer'), images, maskClasses: ['background', 'bone'] });
    const search = (model: string) =>
      runCli(
        ...['anomaly', '--model', place(model), '--data', data, '--cache-dir', place('cache')],
        ...['--out', place('masked'), '--device', 'cpu'],
      );
    expect(await refusal(search('told'))).toBe(
      'Cannot reconstruct images: the model must know pictures without a mask, received one that was trained without --label-dropout.\n',
    );
    expect(await refusal(search('drawer'))).toBe(
      'Cannot reconstruct images: the model must draw pictures alone, received one that draws a mask with each.\n',
    );
    expect(existsSync(place('masked'))).toBe(false);
    const { code, stderr } = await search('both');
    expect(code, stderr).toBe(0);
    expect(scoresIn(place('masked')).images).toHaveLength(3);
  });

  it('goes by inversion, which draws nothing', async () => {
    const { out, run } = await scene();
    const of = async (seed: string) => {
      const { code, stderr } = await run('--method', 'inversion', '--strength', '0.5', '--seed', seed);
      expect(code, stderr).toBe(0);
      return scoresIn(out).images;
    };
    expect(await of('1')).toEqual(await of('2'));
  });

  it.each([
    ['a strength of 0', ['--strength', '0'], '--strength must be a number above 0, at most 1, received 0.'],
    ['a strength above 1', ['--strength', '1.5'], '--strength must be a number above 0, at most 1, received 1.5.'],
    ['no draws', ['--draws', '0'], '--draws must be an integer from 1 to 1000, received 0.'],
    ['nothing to show', ['--show', '0'], '--show must be an integer from 1 to 100, received 0.'],
    [
      'draws of inversion',
      ['--method', 'inversion', '--draws', '2'],
      '--draws must be left out with --method inversion',
    ],
    ['too many steps', ['--steps', '101'], 'steps must be an integer from 1 to 100, received 101.'],
  ])('refuses %s before any work', async (_, args, message) => {
    const { run, out } = await scene();
    expect(await refusal(run(...args))).toContain(message);
    expect(existsSync(out)).toBe(false);
  });

  it('refuses an empty folder, and to write among the images', async () => {
    const { root, data } = await scene();
    const model = await tinyArtefact();
    const empty = await writeFiles(join(root, 'empty'), { 'note.txt': Buffer.from('none') });
    const base = ['anomaly', '--model', model, '--cache-dir', join(root, 'cache')];
    expect(await refusal(runCli(...base, '--data', empty, '--out', join(root, 'x')))).toContain(
      'data must be a folder with images',
    );
    expect(await refusal(runCli(...base, '--data', data, '--out', join(data, 'x')))).toContain(
      '--out must lie outside the folder of the images',
    );
  });

  it('refuses a truth that lacks an image, or has one kind, before it reconstructs', async () => {
    const { truth, run, out } = await scene();
    writeFileSync(truth, 'id,abnormal\na,0\nc,1\n');
    expect(await refusal(run('--truth', truth))).toContain('must have a row for each image, received none for b.png.');
    writeFileSync(truth, 'id,abnormal\na,0\nb,0\nc,0\n');
    expect(await refusal(run('--truth', truth))).toContain(
      'must have normal and abnormal images, received only normal ones.',
    );
    expect(existsSync(join(out, 'difference'))).toBe(false);
  });

  it('refuses a conditional model that knows no picture without a condition', async () => {
    const { root, data } = await scene();
    const model = await tinyArtefact({ classes: 2 });
    const stderr = await refusal(runCli('anomaly', '--model', model, '--data', data, '--out', join(root, 'x')));
    expect(stderr).toContain('the model must know pictures without a condition');
  });
});
