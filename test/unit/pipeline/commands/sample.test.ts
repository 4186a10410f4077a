/** What `pipeline sample` writes, and what it says of it. */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_GUIDANCE } from '@onnoise/scheduler';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { trainedCard } from '#test/models/card.ts';
import { GUIDED, temporaryFolder, tinyArtefact } from '#test/models/tiny-onnx.ts';
import { flatPicture } from '#test/pictures/images.ts';
import { done, PIPELINE, refusal, runCli } from '#test/run-cli.ts';
import { says } from '#test/says.ts';
import { LACKS_SIGINT, skipBecause } from '#test/skip.ts';

const sampleTiny = async (...args: string[]) =>
  runCli('sample', '--model', await tinyArtefact(), '--count', '4', '--steps', '3', ...args);

describe('pipeline sample', () => {
  test('writes the sheet, singles, frames and the animation, and says where and on what', async () => {
    const model = await tinyArtefact({ classes: 3 });
    const out = await temporaryFolder();
    const [sheet, singles, frames] = ['new/sheet.png', 'singles', 'frames'].map((name) => join(out, name));
    const given = ['--count', '3', '--steps', '4', '--seed', '7', '--labels', '2,0', '--batch', '2', '--model', model];
    const places = ['--out', sheet!, '--singles', singles!, '--frames', frames!];
    const animated = ['--animation', join(out, 'forming.webp')];
    const { code, stdout, stderr } = await runCli('sample', ...given, ...places, ...animated);
    expect([code, stdout]).toEqual([0, expect.stringContaining('3 pictures of classes 2, 0 in turn: ')]);
    expect(stderr).toContain('Device: cpu (auto: ');
    expect(stderr).toContain('Sampling  100%  8/8 calls');
    expect(readdirSync(out).sort()).toEqual(['forming.webp', 'frames', 'new', 'singles']);
    expect(readdirSync(singles!).sort()).toEqual(['7.png', '8.png', '9.png']);
    expect(readdirSync(frames!).sort()).toEqual(['0001.png', '0002.png', '0003.png', '0004.png']);
    // The last frame is the sheet.
    expect(readFileSync(join(frames!, '0004.png'))).toEqual(readFileSync(sheet!));

    const told = await runCli('sample', ...given, ...places.slice(0, 4), '--json', '--quiet');
    expect([told.code, told.stderr, told.stdout.split('\n').length]).toEqual([0, '', 2]);
    expect(JSON.parse(told.stdout)).toEqual({
      files: { sheet, singles },
      seeds: [7, 8, 9],
      labels: [2, 0, 2],
      sampler: 'dpmpp_2m_sde',
      steps: 4,
      device: 'cpu',
      seconds: expect.any(Number),
    });
  });

  test.each([
    ['a.png', 'png'],
    ['a.jpg', 'jpeg'],
    ['A.JPEG', 'jpeg'],
    ['a.webp', 'webp'],
    ['a.avif', 'heif'],
    ['a.tif', 'tiff'],
    ['a.gif', 'gif'],
  ])('writes what the name says: %s', async (name, format) => {
    const out = join(await temporaryFolder(), name);
    const animation = format === 'gif' || format === 'webp' ? [`${out}.${format}`] : [];
    await done(sampleTiny('--out', out, ...animation.flatMap((path) => ['--animation', path])));
    expect((await sharp(out).metadata()).format).toBe(format);
    for (const path of animation)
      expect(await sharp(path, { pages: -1 }).metadata()).toMatchObject({ format, pages: 3 });
  });

  test('--quiet says the result alone, --verbose more than usual, and --json keeps an error a sentence', async () => {
    const out = join(await temporaryFolder(), 's.png');
    const quiet = await sampleTiny('--out', out, '--quiet');
    expect(quiet).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(says('4 pictures: *s.png\n')) });
    expect((await sampleTiny('--out', out)).stderr).not.toContain('Sampling: ');
    const verbose = await sampleTiny('--out', out, '--verbose');
    expect(verbose.stderr).toContain('Sampling: dpmpp_2m_sde, 3 steps, 64 pictures per network call\n');
    expect(verbose.stderr).toMatch(/^Took .* s$/m);
    expect(await refusal(sampleTiny('--json', '--eta', '2', '--out', out))).toMatch(/^Cannot /);
  });

  test('takes classes by name, and says which they are', async () => {
    const namedBy = (...classNames: string[]) => {
      const data = { name: 'people', hash: 'sha256:0', count: 2, classNames };
      return tinyArtefact({ classes: 3 }, { card: trainedCard({ name: 'people', data }) });
    };
    const out = join(await temporaryFolder(), 'sheet.png');
    const sampleOf = (model: string, ...args: string[]) =>
      runCli('sample', '--model', model, '--count', '3', '--steps', '1', '--out', out, ...args);
    const model = await namedBy('female', 'male', '3');
    const inTurn = await sampleOf(model, '--labels', '"male", female');
    expect(inTurn.stdout).toContain('3 pictures of classes male, female in turn: ');
    const { stdout } = await sampleOf(model, '--labels', '3', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ labels: [2, 2, 2], classes: ['3', '3', '3'] });
    const told = await sampleOf(await namedBy('crane', 'crane', 'bird, small'));
    expect(told.stdout).toContain('3 pictures of classes crane (0), crane (1), "bird, small" in turn: ');
  });

  test('guides, with conditions in turn, and says so', async () => {
    const folder = await temporaryFolder();
    const model = await tinyArtefact(GUIDED);
    const given = ['--model', model, '--count', '4', '--steps', '3', '--label', '1', '--condition', 'age=60,120'];
    const sampled = async (name: string, ...args: string[]) => {
      const out = join(folder, name);
      const { code, stdout } = await runCli('sample', ...given, '--out', out, '--json', ...args);
      expect(code).toBe(0);
      return { ...JSON.parse(stdout), bytes: readFileSync(out).toString('base64') };
    };
    const usual = await sampled('usual.png');
    expect(usual).toMatchObject({ labels: [1, 1, 1, 1], conditions: { age: [60, 120] } });
    expect(usual.guidance).toEqual({ scale: DEFAULT_GUIDANCE, interval: [0, 99] });
    const some = await sampled('some.png', '--guidance', '3', '--guidance-interval', '20,60');
    expect(some.guidance).toEqual({ scale: 3, interval: [20, 60] });
    const none = await sampled('none.png', '--guidance', '1');
    expect(none).not.toHaveProperty('guidance');
    expect(new Set([usual, some, none].map(({ bytes }) => bytes)).size).toBe(3);
    const told = await runCli('sample', ...given, '--out', join(folder, 'a.png'), '--verbose');
    expect(told.stdout).toContain('4 pictures of class 1 at age 60, 120 in turn: ');
    expect(told.stderr).toContain(`, guidance ${DEFAULT_GUIDANCE} at timesteps 0 to 99\n`);
  });

  test.each([
    ['0.png', ['--singles']],
    ['0001.png', ['--frames']],
    ['0.dcm', ['--format', 'dicom', '--singles']],
    ['0.nii.gz', ['--format', 'nifti', '--singles']],
  ])('replaces %s, which it made with %j', async (name, option) => {
    const made = await temporaryFolder();
    const model = await tinyArtefact();
    const draw = () =>
      runCli('sample', '--model', model, '--steps', '3', '--out', join(made, 'sheet.png'), ...option, made);
    await done(draw());
    const first = readFileSync(join(made, name));
    await done(draw());
    expect(readFileSync(join(made, name))).toEqual(first);
  });

  const LACKS_LINKS =
    process.platform === 'win32' ? 'Windows lets only administrators link files: run on Linux or macOS' : undefined;
  test('replaces a link to its start, but not that', skipBecause(LACKS_LINKS), async () => {
    const folder = await temporaryFolder();
    const [from, out] = [join(folder, 'x.png'), join(folder, 's.png')];
    writeFileSync(from, await flatPicture(4, 4, 119).toBuffer());
    const before = readFileSync(from);
    symlinkSync('x.png', out);
    await done(sampleTiny('--from', from, '--out', out));
    expect(readFileSync(from)).toEqual(before);
  });

  test.runIf(process.platform === 'linux')('refuses a place where nothing can be made', async () => {
    expect(await refusal(sampleTiny('--out', '/proc/no/such/s.png'))).toBe(
      'Cannot write /proc/no/such/s.png: --out must be a file that can be written, nothing can be made there.\n',
    );
  });

  test('refuses a network that gives no numbers, and writes nothing', async () => {
    const out = await temporaryFolder();
    const model = await tinyArtefact({ gain: Number.NaN });
    const stderr = await refusal(runCli('sample', '--model', model, '--steps', '4', '--out', join(out, 'a.png')));
    expect(stderr).toContain("the network's output must be finite numbers, received NaN at step 1 of 4 (timestep 80,");
    expect(readdirSync(out)).toEqual([]);
  });

  test('stops at Ctrl-C with exit code 130 and writes nothing', {
    ...skipBecause(LACKS_SIGINT),
    tags: 'long',
  }, async () => {
    const model = await tinyArtefact({ T: 100_000 });
    const out = await temporaryFolder();
    const sampler = ['--sampler', 'ddim', '--steps', '100000'];
    const args = ['sample', '--model', model, '--count', '64', ...sampler, '--out', join(out, 's.png')];
    const child = spawn(process.execPath, [PIPELINE, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (text) => {
      // The program reports the device once the model is loaded: sampling starts right after.
      if (!stderr.includes('Device:') && String(text).includes('Device:')) setTimeout(() => child.kill('SIGINT'), 300);
      stderr += text;
    });
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect([code, stderr]).toEqual([130, expect.stringMatching(/Interrupted\.\n$/)]);
    expect(readdirSync(out)).toEqual([]);
  });
});
