import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isAtLeast } from '#base/install/versions.ts';
import { COMMAND_NAMES, helpText } from '#pipeline/cli.ts';
import { formatDiagnosis } from '#pipeline/commands/doctor.ts';
import { trainedCard } from '#test/models/card.ts';
import { temporaryFolder, tinyArtefact } from '#test/models/tiny-onnx.ts';
import { PIPELINE, refusal, runCli, spawnCli } from '#test/run-cli.ts';
import { LACKS_SIGINT, skipBecause } from '#test/skip.ts';

const helpFolder = join(import.meta.dirname, '../../../../docs/help');

describe('pipeline', () => {
  test('starts as a program, from any folder, and prints its help', async () => {
    const { code, stdout, stderr } = await spawnCli(['--help'], await temporaryFolder());
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toBe(await readFile(join(helpFolder, 'pipeline.txt'), 'utf8'));
  });

  test.each([undefined, ...COMMAND_NAMES])('the help text of %s in docs/help is current', async (command) => {
    const written = await readFile(join(helpFolder, `${command ?? 'pipeline'}.txt`), 'utf8').catch(() => '');
    expect(written, 'run: npx tsx scripts/help.ts').toBe(await helpText(command));
  });

  test('docs/help has no text of a command that is gone', async () => {
    expect((await readdir(helpFolder)).sort()).toEqual(
      ['pipeline', ...COMMAND_NAMES].map((name) => `${name}.txt`).sort(),
    );
  });

  test('alone shows its help, as a wrong command line', async () => {
    const help = await readFile(join(helpFolder, 'pipeline.txt'), 'utf8');
    expect(await runCli()).toEqual({ code: 2, stdout: help, stderr: '' });
    expect(await runCli('-h')).toEqual({ code: 0, stdout: help, stderr: '' });
    expect(await runCli('--quiet')).toEqual({ code: 0, stdout: help, stderr: '' });
  });

  test('--version prints its version, and with --verbose those of what it runs on', async () => {
    const versionOf = async (name: string) =>
      JSON.parse(await readFile(join(import.meta.dirname, '../../../..', name, 'package.json'), 'utf8')).version;
    const own = await versionOf('pipeline');
    expect(await runCli('--version')).toEqual({ code: 0, stdout: `${own}\n`, stderr: '' });
    const all = `onnoise ${own}\nonnxruntime-node ${await versionOf('node_modules/onnxruntime-node')}\nnode ${process.versions.node}\n`;
    expect(await runCli('--version', '--verbose')).toEqual({ code: 0, stdout: all, stderr: '' });
  });

  test.each([
    ['an unknown command', ['zzz'], 'the command must be one of prepare, .*, doctor, setup, received "zzz"\\.'],
    ['a misspelt command', ['sampel'], 'the command must be one of .*, received "sampel"\\. Did you mean sample\\?'],
    ['an unknown option alone', ['--colour'], 'pipeline has no option --colour\\.'],
    ['an unknown option', ['sample', '--nearly', '1'], 'pipeline sample has no option --nearly\\.'],
    ['a misspelt option', ['sample', '--step', '1'], 'pipeline sample has no option --step\\. Did you mean --steps\\?'],
    ['a stray word', ['sample', 'now'], 'unexpected word "now"\\.'],
    ['the stray word help', ['sample', 'help'], 'unexpected word "help"\\.'],
    ['a letter beside that for help', ['sample', '-hx'], 'pipeline sample has no option -hx\\.'],
    ['an option without its value', ['sample', '--count'], '--count must have a value, received none\\.'],
    ['an option for a value', ['sample', '--out', '--count', '1'], '--out must have a value, received none\\.'],
    [
      'an option given twice',
      ['sample', '--count', '1', '--count', '2'],
      '--count must be given once, received it twice\\.',
    ],
    [
      'a negated value',
      ['sample', '--no-out'],
      '--out must have a value, received --no-out\\. Leave it out instead\\.',
    ],
    ['a word for a number', ['sample', '--count', 'many'], '--count must be a number, received "many"\\.'],
    [
      'a number that is read as another',
      ['sample', '--seed', '9007199254740993'],
      '--seed .* received 9007199254740993\\.',
    ],
    ['a list with a hole', ['sample', '--labels', '1,,2'], '--labels must be a list separated by commas.*'],
    [
      'a choice that is none',
      ['sample', '--sampler', 'nonesuch'],
      '--sampler must be one of .*ddim.*, received "nonesuch"\\.',
    ],
    ['a missing option', ['prepare'], '--data must be given, received nothing\\.'],
    [
      'an option without its other',
      ['prepare', '--data', 'x', '--label-column', 'y'],
      '--label-column must come with --csv, .*',
    ],
    ['less and more', ['doctor', '--quiet', '--verbose'], '--quiet and --verbose must not be given together\\.'],
  ])('refuses %s with exit code 2, in one sentence, and says where help is', async (_, args, message) => {
    const stderr = await refusal(runCli(...args));
    expect(stderr).toMatch(new RegExp(`^Cannot read the options: ${message}\nSee: pipeline (\\w+ )?--help\n$`));
  });

  test('takes a value for --help', async () => {
    const { stdout, code } = await runCli('sample', '--help=true');
    expect(code).toBe(0);
    expect(stdout).toBe(await helpText('sample'));
  });

  test('refuses an empty value for every option of every command that takes one', { tags: 'long' }, async () => {
    for (const command of COMMAND_NAMES) {
      const help = await helpText(command);
      const taking = [...help.matchAll(/^ +(?:-\w, )?--([a-z0-9-]+)(?:.*\n(?! +(?:-\w, )?--).*|.*)$/gm)]
        .filter(([text]) => !text.includes('[boolean]'))
        .map(([, name]) => name!);
      // If none were found, the loop would test nothing.
      expect(taking.length, command).toBeGreaterThanOrEqual(
        ({ doctor: 0, setup: 2, compare: 1 } as Record<string, number>)[command] ?? 4,
      );
      if (command === 'sample')
        expect(taking).toEqual(expect.arrayContaining(['model', 'device', 'columns', 'out', 'animation']));
      for (const option of taking) {
        if (command === 'train' && (option === 'model' || option === 'scheduler')) continue; // given key by key
        expect(await refusal(runCli(command, `--${option}`, ''))).toContain(
          `--${option} must not be empty, received "".`,
        );
      }
    }
  });
});

describe('pipeline sample', () => {
  test('writes the sheet, singles, frames and the animation, and says where and on what', async () => {
    const model = await tinyArtefact({ classes: 3 });
    const out = await temporaryFolder();
    const { code, stdout, stderr } = await runCli(
      ...['sample', '--model', model, '--count', '3', '--steps', '4', '--seed', '7', '--labels', '2,0'],
      ...['--out', join(out, 'new', 'sheet.png'), '--singles', join(out, 'singles'), '--frames', join(out, 'frames')],
      ...['--animation', join(out, 'forming.webp'), '--batch', '2'],
    );
    expect(code).toBe(0);
    expect(stdout).toContain('3 pictures of classes 2, 0 in turn: ');
    expect(stderr).toContain('Device: cpu (auto: ');
    expect(stderr).toContain('Sampling  100%  8/8 calls');
    expect((await readdir(out)).sort()).toEqual(['forming.webp', 'frames', 'new', 'singles']);
    expect(await readdir(join(out, 'new'))).toEqual(['sheet.png']);
    expect((await readdir(join(out, 'singles'))).sort()).toEqual(['7.png', '8.png', '9.png']);
    expect((await readdir(join(out, 'frames'))).sort()).toEqual(['0001.png', '0002.png', '0003.png', '0004.png']);
    // The last frame is the sheet.
    expect(await readFile(join(out, 'frames', '0004.png'))).toEqual(await readFile(join(out, 'new', 'sheet.png')));
  });

  test('refuses a network that gives no numbers, and writes nothing', async () => {
    const out = await temporaryFolder();
    const model = await tinyArtefact({ gain: Number.NaN });
    const stderr = await refusal(runCli('sample', '--model', model, '--steps', '4', '--out', join(out, 'a.png')));
    expect(stderr).toContain("the network's output must be finite numbers, received NaN at step 1 of 4 (timestep 80,");
    expect(await readdir(out)).toEqual([]);
  });

  test('takes classes by name, and says which they are', async () => {
    const classNames = ['female', 'male', '3'];
    const data = { name: 'people', hash: 'sha256:0', count: 2, classNames };
    const card = trainedCard({ name: 'people', data });
    const model = await tinyArtefact({ classes: 3 }, { card });
    const out = join(await temporaryFolder(), 'sheet.png');
    const sampleOf = (labels: string, ...more: string[]) =>
      runCli('sample', '--model', model, '--count', '4', '--steps', '1', '--out', out, '--labels', labels, ...more);
    expect((await sampleOf('male, female')).stdout).toContain('4 pictures of classes male, female in turn: ');
    expect((await sampleOf('"male"')).stdout).toContain('4 pictures of class male: ');
    expect((await sampleOf('3')).stdout).toContain('4 pictures of class 3: ');
    const odd = trainedCard({ name: 'birds', data: { ...data, classNames: ['crane', 'crane', 'bird, small'] } });
    const cranes = await tinyArtefact({ classes: 3 }, { card: odd });
    const told = await runCli('sample', '--model', cranes, '--count', '3', '--steps', '1', '--out', out);
    expect(told.stdout).toContain('3 pictures of classes crane (0), crane (1), "bird, small" in turn: ');
    const { labels, classes } = JSON.parse((await sampleOf('3', '--json')).stdout);
    expect([labels, classes]).toEqual([Array(4).fill(2), Array(4).fill('3')]);
    const wrong = await sampleOf('mole');
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain(
      'Cannot sample images: a label must be a class, one of female, male, 3, received "mole".',
    );
  });

  test('the same command gives the same bytes', async () => {
    const model = await tinyArtefact();
    const out = await temporaryFolder();
    for (const name of ['a.png', 'b.png']) {
      await runCli('sample', '--model', model, '--sampler', 'ddpm', '--steps', '5', '--out', join(out, name));
    }
    expect(await readFile(join(out, 'a.png'))).toEqual(await readFile(join(out, 'b.png')));
  });

  test.each([
    ['a missing model', ['--model', 'nowhere'], 'nowhere must be a model folder, but there is none'],
    ['a count of 0', ['--count', '0'], 'count must be an integer from 1 to 1000000, received 0'],
    ['a negative count', ['--count', '-1'], 'count must be an integer from 1 to 1000000, received -1'],
    ['too many steps', ['--steps', '101'], 'steps must be an integer from 1 to 100, received 101'],
    ['labels it cannot have', ['--labels', '1'], 'this model is not conditional on a class'],
    ['a device that is not there', ['--device', 'cuda'], 'Cannot use device cuda: '],
    ['frames that do not fit', ['--count', '999999', '--steps', '99', '--frames', 'f'], 'must take at most 1 GiB'],
  ])('refuses %s in one sentence, with exit code 2 and no file', async (_, args, message) => {
    const out = await temporaryFolder();
    const model = await tinyArtefact();
    const placed = args.map((arg) => (arg === 'f' ? join(out, 'frames') : arg));
    const given = placed.includes('--model') ? placed : ['--model', model, ...placed];
    const stderr = await refusal(runCli('sample', '--out', join(out, 's.png'), ...given));
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('    at ');
    expect(existsSync(join(out, 's.png'))).toBe(false);
  });

  test('refuses, before sampling, results that cannot be written', async () => {
    const model = await tinyArtefact();
    const folder = join(model, 'a.png');
    await mkdir(folder);
    const asFolder = await runCli('sample', '--model', model, '--out', folder);
    expect([asFolder.code, asFolder.stderr]).toEqual([
      2,
      `Cannot write ${folder}: --out must be a file that can be written, there is a folder of that name.\n`,
    ]);
    const file = join(model, 'README.md');
    const asFile = await runCli('sample', '--model', model, '--out', join(model, 's.png'), '--singles', file);
    expect(asFile.stderr).toContain('--singles must be a folder that can be written, there is a file of that name');
    const below = await runCli('sample', '--model', model, '--out', join(file, 's.png'));
    expect([below.code, below.stderr.split('\n')[0]]).toEqual([
      2,
      expect.stringContaining('--out must be a file that'),
    ]);
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
    expect(await readdir(out)).toEqual([]);
  });

  test('starts quickly: the time to a first picture is printed', { tags: 'long' }, async () => {
    const model = await tinyArtefact();
    const begin = performance.now();
    const { code } = await spawnCli(
      ['sample', '--model', model, '--count', '1', '--steps', '20', '--out', 'one.png'],
      await temporaryFolder(),
    );
    expect(code).toBe(0);
    process.stdout.write(`pipeline sample, 1 picture, 20 steps: ${Math.round(performance.now() - begin)} ms\n`);
  });
});

describe('pipeline doctor', () => {
  test('--json tells of Node, cores, memory, every engine and every device', async () => {
    const { code, stdout } = await runCli('doctor', '--json');
    const diagnosis = JSON.parse(stdout);
    expect(code).toBe(0);
    expect(diagnosis.node).toMatchObject({ version: process.versions.node, supported: true });
    expect(diagnosis.cores.count).toBeGreaterThan(0);
    expect(diagnosis.memory.free).toBeLessThanOrEqual(diagnosis.memory.total);
    const engines = diagnosis.engines.map(({ engine }: { engine: string }) => engine);
    expect(engines).toEqual([
      'auto',
      'onnxruntime',
      'onnxruntime-webgpu',
      'onnxruntime-cuda',
      'tfjs-node',
      'tfjs-node-gpu',
      'tfjs-cpu',
    ]);
    expect(diagnosis.engines[0]).toMatchObject({
      available: true,
      reason: expect.stringMatching(/^(onnxruntime|tfjs-node-gpu), /),
    });
    expect(diagnosis.engines[1].available).toBe(true);
    expect(diagnosis.devices.map(({ device }: { device: string }) => device)).toEqual(['cpu', 'cuda', 'webgpu']);
    expect(diagnosis.devices[0].available).toBe(true);
  });

  test('formatDiagnosis says why not and what would enable it', () => {
    const text = formatDiagnosis({
      node: { version: '18.0.0', platform: 'linux', arch: 'x64', supported: false },
      cores: { count: 2, model: 'a processor' },
      memory: { total: 8 * 2 ** 30, free: 2 ** 30 },
      engines: [{ engine: 'tfjs-node', available: false, reason: 'not installed', enable: 'npm install x' }],
      devices: [
        { device: 'cpu', available: true, reason: 'part of onnxruntime-node' },
        { device: 'webgpu', available: true, software: true, reason: 'no GPU is seen' },
      ],
    });
    expect(text).toContain('18.0.0 on linux x64 (too old: 20.19 or newer is needed)');
    expect(text).toContain('8 GiB, 1 GiB free');
    expect(text).toMatch(/tfjs-node {2}no {4}not installed\n +to enable: npm install x/);
    expect(text).toMatch(/cpu {8}yes {3}part of onnxruntime-node/);
    expect(text).toMatch(/webgpu {5}slow {2}no GPU is seen/);
  });

  test('isAtLeast compares versions by number', () => {
    expect([isAtLeast('20.9.0', '20.19.0'), isAtLeast('20.19.0', '20.19.0'), isAtLeast('22.0.0', '20.19.0')]).toEqual([
      false,
      true,
      true,
    ]);
  });
});
