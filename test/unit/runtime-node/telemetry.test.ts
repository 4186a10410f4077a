/**
 * onnxruntime reports to Microsoft unless it is told not to. It keeps what it will report, and a number of the machine, in
 * the home folder: one that stays empty shows that nothing is collected.
 */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { temporaryFolder, writeGrayPictures } from '#test/pictures/images.ts';
import { PIPELINE } from '#test/run-cli.ts';
import { skipBecause } from '#test/skip.ts';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '..', '..', '..');

/** Variables that make onnxruntime think of a test or a build server, and keep quiet. */
const QUIET =
  /^(ORT_|CI$|TF_BUILD|GITHUB_|GITLAB_|CIRCLECI|TRAVIS|JENKINS|CODEBUILD|BUILDKITE|TEAMCITY|APPVEYOR|BITBUCKET|SYSTEM_TEAM)/;

/** @returns the files in the home folder afterwards */
async function homeAfter(args: readonly string[]): Promise<string[]> {
  const home = temporaryFolder();
  const kept = Object.entries(process.env).filter(([name]) => !QUIET.test(name) && !name.startsWith('XDG_'));
  const env = { ...Object.fromEntries(kept), HOME: home, TMPDIR: temporaryFolder() }; // it leaves a log there
  await run(process.execPath, [...args], { cwd: ROOT, env });
  return readdirSync(home, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);
}

describe('telemetry of onnxruntime', () => {
  it('is off where a model is sampled', { tags: 'long' }, async () => {
    const out = join(temporaryFolder(), 'sheet.png');
    const asked = `sample --model models/digits --steps 1 --count 1 --device cpu --out ${out}`;
    expect(await homeAfter([PIPELINE, ...asked.split(' ')])).toEqual([]);
    expect(readFileSync(out).length).toBeGreaterThan(0);
  });

  it('is off where one is trained, in the threads of its shards, too', { tags: 'long' }, async () => {
    const root = temporaryFolder();
    await writeGrayPictures(join(root, 'pictures'));
    const data = `--data ${root}/pictures --cache-dir ${root}/cache --out ${root}/run`;
    const network = '--preset tab --size 8 --model.num_class_embeds null --label-dropout 0';
    const few = '--steps 2 --batch 4 --sample-count 1 --sample-steps 1';
    expect(await homeAfter([PIPELINE, ...`train ${data} ${network} ${few}`.split(' ')])).toEqual([]);
    expect(readdirSync(join(root, 'run', 'checkpoints'))).toEqual(['step-00000002']);
  });

  const LACKS_CACHE = process.platform === 'linux' ? undefined : 'only Linux keeps it in ~/.cache';
  it('is on by itself, so that this test can see it', skipBecause(LACKS_CACHE), async () => {
    const script = join(temporaryFolder(), 'plain.mjs');
    writeFileSync(
      script,
      `import { createRequire } from 'node:module';
      const { InferenceSession } = createRequire(${JSON.stringify(join(ROOT, 'package.json'))})('onnxruntime-node');
      await InferenceSession.create(${JSON.stringify(join(ROOT, 'models/digits/unet/model.onnx'))});`,
    );
    expect(await homeAfter([script])).toContain('deviceid');
  });
});
