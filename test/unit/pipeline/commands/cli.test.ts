import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Options } from 'yargs';
import { isAtLeast } from '#base/install/versions.ts';
import { COMMAND_NAMES, helpText } from '#pipeline/cli.ts';
import { formatDiagnosis } from '#pipeline/commands/doctor.ts';
import { temporaryFolder } from '#test/models/tiny-onnx.ts';
import { refusal, runCli, spawnCli } from '#test/run-cli.ts';

describe('pipeline', () => {
  test('starts as a program, from any folder, and prints its help', async () => {
    const { code, stdout, stderr } = await spawnCli(['--help'], await temporaryFolder());
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toBe(await helpText());
    for (const command of COMMAND_NAMES) expect(stdout).toContain(`  pipeline ${command}`);
  });

  test.each(COMMAND_NAMES)('%s describes each of its options, in lines that fit a terminal', async (command) => {
    const help = await helpText(command);
    const lines = help.split('\n');
    expect(help).toMatch(new RegExp(`^pipeline ${command}\\b[^]*?\\n\\n[A-Z]`));
    expect(lines.filter((line) => line.length > 100)).toEqual([]);
    const options = lines.filter((line) => /^ {2,6}(?:-\w, )?--[a-z]/.test(line));
    expect(options.length).toBeGreaterThan(2);
    expect(options.filter((line) => /^ *(?:-\w, )?--[\w.-]+ *\[/.test(line))).toEqual([]);
  });

  test('alone shows its help, as a wrong command line', async () => {
    const help = await helpText();
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
    [
      'an option of earlier versions',
      ['train', '--feature-weight', '1'],
      'pipeline train has no option --feature-weight any more\\. .*: leave it out.*\\.',
    ],
    ['a word for a number', ['sample', '--count', 'many'], '--count must be a number, received "many"\\.'],
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

  test.each(COMMAND_NAMES)('%s reads its numbers by itself, as yargs makes NaN of a word', async (name) => {
    const { command } = await import(`../../../../pipeline/src/commands/${name}.ts`);
    const { options = {} } = command;
    const all: Record<string, Options> = typeof options === 'function' ? await options() : options;
    expect(Object.keys(all).filter((option) => all[option]!.number || all[option]!.type === 'number')).toEqual([]);
  });
});

describe('pipeline doctor', () => {
  test('--json tells of Node, cores, memory, every engine and every device', async () => {
    const { code, stdout } = await runCli('doctor', '--json');
    const diagnosis = JSON.parse(stdout);
    expect(code).toBe(0);
    expect(diagnosis.node).toMatchObject({ version: process.versions.node, supported: true });
    const engines = diagnosis.engines.map(({ engine }: { engine: string }) => engine).join(' ');
    expect(engines).toBe('auto onnxruntime onnxruntime-webgpu onnxruntime-cuda tfjs-node tfjs-node-gpu tfjs-cpu');
    const chosen = { available: true, reason: expect.stringMatching(/^(onnxruntime|tfjs-node-gpu), /) };
    expect(diagnosis.engines.slice(0, 2)).toMatchObject([chosen, { available: true }]);
    expect(diagnosis.devices.map(({ device }: { device: string }) => device)).toEqual(['cpu', 'cuda', 'webgpu']);
    expect(diagnosis.devices[0].available).toBe(true);
  });

  test('formatDiagnosis says why not and what would enable it', () => {
    const text = formatDiagnosis({
      node: { version: '18.0.0', platform: 'linux', arch: 'x64', supported: false },
      cores: { count: 2, model: 'a processor' },
      memory: { total: 8 * 2 ** 30, free: 2 ** 30 },
      engines: [{ engine: 'tfjs-node', available: false, reason: 'not installed', enable: 'npm install x' }],
      devices: [{ device: 'webgpu', available: true, software: true, reason: 'no GPU is seen' }],
    });
    for (const words of [
      '18.0.0 on linux x64 (too old: 20.19 or newer is needed)',
      '8 GiB, 1 GiB free',
      'tfjs-node  no    not installed\n',
      'to enable: npm install x',
      'webgpu     slow  no GPU is seen',
    ]) {
      expect(text).toContain(words);
    }
  });

  test('isAtLeast compares versions by number', () => {
    expect([isAtLeast('20.9.0', '20.19.0'), isAtLeast('20.19.0', '20.19.0'), isAtLeast('22.0.0', '20.19.0')]).toEqual([
      false,
      true,
      true,
    ]);
  });
});
