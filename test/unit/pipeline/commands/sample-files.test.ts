import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DEFAULT_GUIDANCE } from '@onnoise/scheduler';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { GUIDED, temporaryFolder, tinyArtefact } from '#test/models/tiny-onnx.ts';
import { refusal, runCli } from '#test/run-cli.ts';

const sampleTiny = async (...args: string[]) =>
  runCli('sample', '--model', await tinyArtefact(), '--count', '4', '--steps', '3', ...args);

describe('pipeline sample', () => {
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
    expect(await sampleTiny('--out', out)).toMatchObject({ code: 0 });
    expect((await sharp(out).metadata()).format).toBe(format);
  });

  test.each(['webp', 'gif'])('writes an animation as its name says: %s', async (end) => {
    const out = await temporaryFolder();
    const animation = join(out, `a.${end}`);
    expect(await sampleTiny('--out', join(out, 's.png'), '--animation', animation)).toMatchObject({ code: 0 });
    expect(await sharp(animation, { pages: -1 }).metadata()).toMatchObject({ format: end, pages: 3 });
  });

  test.each([
    [['--out', 'sheet'], '--out must end in .png, .jpg, .jpeg, .webp, .avif, .tiff, .tif or .gif, received "*sheet".'],
    [['--out', 'a.bmp'], '--out must end in .png, .jpg, .jpeg, .webp, .avif, .tiff, .tif or .gif, received "*a.bmp".'],
    [['--out', '.png'], '--out must end in .png, .jpg, .jpeg, .webp, .avif, .tiff, .tif or .gif, received "*.png".'],
    [['--animation', 'a.png'], '--animation must end in .webp or .gif, received "*a.png".'],
    [['--animation', 'a'], '--animation must end in .webp or .gif, received "*a".'],
    [['--out', 'a.gif', '--animation', 'a.gif'], '--animation must differ from --out, received *a.gif for both.'],
    [['--singles', 'x', '--frames', 'x'], '--frames must differ from --singles, received *x for both.'],
  ])('refuses %j before the model is looked at, and makes nothing', async (args, rule) => {
    const folder = await temporaryFolder();
    const placed = args.map((arg) => (arg.startsWith('--') ? arg : join(folder, arg)));
    if (!placed.includes('--out')) placed.push('--out', join(folder, 's.png'));
    const { code, stdout, stderr } = await runCli('sample', '--model', join(folder, 'no-model'), ...placed);
    const expected = `Cannot write the pictures: ${rule.replace('*', `${folder}/`)}\n`;
    expect([code, stdout, stderr]).toEqual([2, '', expected]);
    expect(await readdir(folder)).toEqual([]);
  });

  test('does not write a picture to standard output', async () => {
    expect(await refusal(sampleTiny('--out', '-'))).toContain('received "-": pictures do not go to standard output.');
  });

  test.each([
    [
      'a sheet that WebP cannot hold',
      ['--count', '200', '--columns', '200', '--out', 'a.webp'],
      'at most 16383 pixels wide',
    ],
    ['a sheet that memory cannot hold', ['--count', '900000'], 'the sheet must take at most 1 GiB'],
    ['eta beside ddpm', ['--sampler', 'ddpm', '--eta', '0.5'], 'eta'],
    ['an eta out of range', ['--eta', '2'], 'eta must be a number from 0 to 1, received 2'],
    ['no columns', ['--columns', '0'], '--columns must be an integer from 1 to 10000, received 0'],
    ['a batch of none', ['--batch', '0'], 'batch must be an integer from 1 to 1024, received 0'],
    ['a seed below zero', ['--seed', '-1'], 'seed must be an integer from 0'],
    ['steps in parts', ['--steps', '1.5'], 'steps must be an integer'],
    ['labels that it cannot have', ['--label', '1'], 'this model is not conditional on a class'],
    [
      'guidance that it cannot have',
      ['--guidance', '2'],
      'guidance must be left out or 1, this model is unconditional',
    ],
    ['an interval of none', ['--guidance-interval', '1,2'], 'the guidance interval must be left out, this model is'],
    [
      'a condition that it cannot have',
      ['--condition', 'age=1'],
      'a condition must be left out, this model takes none',
    ],
  ])('refuses %s before the network is opened', async (_, args, rule) => {
    const model = await tinyArtefact();
    const folder = await temporaryFolder();
    // A network that cannot be opened: code that opens it throws.
    await writeFile(join(model, 'unet', 'model.onnx'), 'no network');
    const given = args.includes('--out')
      ? args.map((arg) => (arg === 'a.webp' ? join(folder, arg) : arg))
      : [...args, '--out', join(folder, 's.png')];
    const stderr = await refusal(runCli('sample', '--model', model, ...given));
    expect(stderr).toMatch(/^Cannot [^\n]+\.\n$/);
    expect(stderr).toContain(rule);
    expect(await readdir(folder)).toEqual([]);
  });

  test('guides, with conditions in turn, and says so', async () => {
    const folder = await temporaryFolder();
    const model = await tinyArtefact(GUIDED);
    const given = ['--count', '4', '--steps', '3', '--label', '1', '--condition', 'age=60,120'];
    const sampled = async (name: string, ...args: string[]) => {
      const out = join(folder, name);
      const { code, stdout } = await runCli('sample', '--model', model, ...given, '--out', out, '--json', ...args);
      expect(code).toBe(0);
      return { ...JSON.parse(stdout), bytes: await readFile(out) };
    };
    const usual = await sampled('usual.png');
    expect(usual).toMatchObject({ labels: [1, 1, 1, 1], conditions: { age: [60, 120] } });
    expect(usual.guidance).toEqual({ scale: DEFAULT_GUIDANCE, interval: [0, 99] });
    expect((await sampled('light.png', '--guidance', String(DEFAULT_GUIDANCE))).bytes).toEqual(usual.bytes);
    const some = await sampled('some.png', '--guidance', '3', '--guidance-interval', '20,60');
    expect(some.guidance).toEqual({ scale: 3, interval: [20, 60] });
    const none = await sampled('none.png', '--guidance', '1');
    expect(none).not.toHaveProperty('guidance');
    expect(new Set([usual, some, none].map(({ bytes }) => bytes.toString('base64'))).size).toBe(3);
    const told = await runCli('sample', '--model', model, ...given, '--out', join(folder, 'a.png'), '--verbose');
    expect(told.stdout).toContain('4 pictures of class 1 at age 60, 120 in turn: ');
    expect(told.stderr).toContain(`, guidance ${DEFAULT_GUIDANCE} at timesteps 0 to 99\n`);
  });

  test.each([
    [
      ['--condition', 'age'],
      'read the options: --condition must be a name and its values, as boneage=120, received "age".',
    ],
    [['--condition', 'age=old'], 'read the options: --condition age must be a number, received "old".'],
    [['--condition', 'age=NaN'], 'read the options: --condition age must be a number, received "NaN".'],
    [['--condition', 'age=60,'], 'read the options: --condition age must be a number, received "".'],
    [
      ['--condition', 'age=60', '--condition', 'age=70'],
      'read the options: --condition age must be given once, received it twice.',
    ],
    [['--condition', 'weight=60'], 'sample images: a condition must be one of age, received "weight".'],
    [['--condition', 'age=201'], 'sample images: condition age must be a number from 10 to 200, received 201.'],
    [['--guidance', 'NaN'], 'read the options: --guidance must be a number, received "NaN".'],
    [['--guidance', '-0.5'], 'sample images: guidance must be a number from 0 to 20, received -0.5.'],
    [
      ['--guidance-interval', '20'],
      'read the options: --guidance-interval must be two numbers, as 100,900, received "20".',
    ],
    [
      ['--guidance-interval', '60,20'],
      'sample images: the guidance interval must be two timesteps from 0 to 99, the lower first, received [60, 20].',
    ],
    [
      ['--guidance-interval', '0,100'],
      'sample images: the guidance interval must be two timesteps from 0 to 99, the lower first, received [0, 100].',
    ],
  ])('refuses %j', async (args, message) => {
    const out = join(await temporaryFolder(), 's.png');
    const { code, stdout, stderr } = await runCli(
      'sample',
      '--model',
      await tinyArtefact(GUIDED),
      '--out',
      out,
      ...args,
    );
    expect([code, stdout, stderr.split('\n')[0]]).toEqual([2, '', `Cannot ${message}`]);
  });

  test('--json prints one object with the files, seeds, labels, device and seconds', async () => {
    const folder = await temporaryFolder();
    const [out, singles] = [join(folder, 's.png'), join(folder, 'singles')];
    const model = await tinyArtefact({ classes: 3 });
    const args = ['--count', '3', '--steps', '4', '--seed', '7', '--labels', '2,0', '--out', out, '--singles', singles];
    const { code, stdout, stderr } = await runCli('sample', '--model', model, ...args, '--json');
    expect(code).toBe(0);
    expect(stdout.split('\n')).toHaveLength(2);
    expect(JSON.parse(stdout)).toEqual({
      files: { sheet: out, singles },
      seeds: [7, 8, 9],
      labels: [2, 0, 2],
      sampler: 'dpmpp_2m_sde',
      steps: 4,
      device: 'cpu',
      seconds: expect.any(Number),
    });
    expect(stderr).toContain('Device: cpu');
    const plain = await runCli('sample', '--model', await tinyArtefact(), '--out', out, '--json', '--quiet');
    expect([plain.code, JSON.parse(plain.stdout).labels, plain.stderr]).toEqual([0, null, '']);
  });

  test('--json keeps an error a sentence on standard error', async () => {
    expect(await refusal(sampleTiny('--json', '--eta', '2', '--out', join(await temporaryFolder(), 's.png')))).toMatch(
      /^Cannot /,
    );
  });

  test('--quiet says the result alone, --verbose more than usual', async () => {
    const out = join(await temporaryFolder(), 's.png');
    const quiet = await sampleTiny('--out', out, '--quiet');
    expect(quiet).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^4 pictures: .*s\.png\n$/) });
    const usual = await sampleTiny('--out', out);
    expect(usual.stderr).not.toContain('Sampling: ');
    const verbose = await sampleTiny('--out', out, '--verbose');
    expect(verbose.stderr).toContain('Sampling: dpmpp_2m_sde, 3 steps, 64 pictures per network call\n');
    expect(verbose.stderr).toMatch(/^Took .* s$/m);
  });

  test.runIf(process.platform === 'linux')(
    'refuses places where nothing can be made, and files that are none',
    async () => {
      const folder = await temporaryFolder();
      await symlink(join(folder, 'b.png'), join(folder, 'a.png'));
      await symlink(join(folder, 'a.png'), join(folder, 'b.png'));
      await mkdir(join(folder, 'file'), { recursive: true });
      for (const [path, reason] of [
        ['/proc/no/such/s.png', 'nothing can be made there'],
        ['/proc/1/s.png', 'nothing can be made there'],
        [join(folder, 'a.png'), 'its links lead in a circle'],
        [join(folder, `${'x'.repeat(300)}.png`), 'the name is too long'],
        [join(folder, 'd'.repeat(300), 's.png'), 'the name is too long'],
      ]) {
        expect(await refusal(sampleTiny('--out', path!))).toBe(
          `Cannot write ${path}: --out must be a file that can be written, ${reason}.\n`,
        );
      }
      expect(await refusal(sampleTiny('--out', join(folder, 's.png'), '--frames', '/proc/no'))).toContain(
        '--frames must be a folder that can be written, nothing',
      );
      expect(existsSync(join(folder, 's.png'))).toBe(false);
    },
  );

  test('takes the longest name that there is, and one with a line break', async () => {
    const folder = await temporaryFolder();
    for (const name of [`${'x'.repeat(251)}.png`, 'a\nb.png']) {
      const out = join(folder, name);
      expect(await sampleTiny('--out', out)).toMatchObject({ code: 0 });
      expect((await readFile(out)).length).toBeGreaterThan(0);
    }
    expect(await readdir(folder)).toHaveLength(2);
  });
});
