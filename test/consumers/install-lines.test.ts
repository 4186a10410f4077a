/**
 * The documented lines that install, where the registry of npm can be reached and nothing else. A line that trains, serves or
 * needs a model that is not there only prints its help.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { onlyRegistry, useProject } from '#test/consumers/project.ts';
import { readText, repositoryFiles } from '#test/repository.ts';
import { skipBecause } from '#test/skip.ts';

/** A documented line, without its comment. */
interface Line {
  line: string;
  file: string;
}

/** `npm install ...` and `npx ...` of our packages and of those that a command asks for, each once. */
function installLines(): Line[] {
  const documents = repositoryFiles().filter((file) =>
    /^(README\.md|docs\/(?!notes\/)([\w-]+\/)?[\w-]+\.md|[\w-]+\/README\.md)$/.test(file),
  );
  const found = new Map<string, Line>();
  for (const file of documents) {
    for (const [, block] of readText(file).matchAll(/```sh\n([\s\S]*?)```/g)) {
      for (const text of block!.split('\n')) {
        const line = text.replace(/\s+#.*$/, '').trim();
        if (/^(?:\w+=\S+ )*(?:npm (?:i|install) \S|npx .*\bonnoise [a-z])/.test(line)) found.set(line, { line, file });
      }
    }
  }
  // What this brings is in package-lock.json as `overrides` has it; `pipeline setup` has tests of its own.
  return [...found.values()].filter(({ line }) => !line.includes('@tensorflow/tfjs-node'));
}

const samplesShipped = (line: string) => /\bonnoise sample\b/.test(line) && !line.includes('--model');
const asTried = (line: string) => (/^(?:\w+=\S+ )*npx\b/.test(line) && !samplesShipped(line) ? `${line} --help` : line);

const NEEDS_SHELL = skipBecause(
  process.platform === 'win32' ? 'the lines are for sh: run on Linux or macOS' : undefined,
);
const NEEDS_CUDA_SCRIPT = skipBecause(
  process.platform === 'linux' && process.arch === 'x64'
    ? undefined
    : 'onnxruntime-node downloads CUDA on Linux x64 alone: run there',
);

describe('where only the registry can be reached', NEEDS_SHELL, () => {
  const project = useProject([]);
  const lines = installLines();

  it('there are lines to try', () => {
    expect(lines.map(({ line }) => line)).toContainEqual(expect.stringMatching(/^npx .*\bonnoise sample/));
    expect(lines.map(({ line }) => line)).toContainEqual(expect.stringMatching(/^npm install .*\bonnoise$/));
  });

  it.each(lines)('$line ($file)', async ({ line }) => {
    await project().run('sh', ['-c', asTried(line)], { env: onlyRegistry() });
    if (!samplesShipped(line)) return;
    const made = readdirSync(project().folder, { recursive: true, encoding: 'utf8' });
    expect(made.filter((path) => path.endsWith('.png') && !path.includes('node_modules'))).not.toEqual([]);
  });

  it('the script of onnxruntime-node would have failed', NEEDS_CUDA_SCRIPT, async () => {
    const folder = join('node_modules', 'onnxruntime-node');
    expect(existsSync(join(project().folder, folder))).toBe(true);
    const script = ['-e', "require('./script/install')"];
    const { code, stderr } = await project().attempt(process.execPath, script, { cwd: folder, env: onlyRegistry() });
    expect(code).not.toBe(0);
    expect(stderr).toContain('ENOTFOUND');
  });
});
