/** "The same pictures in both" of docs/python.md, as written, and of latents. */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadModel } from '#runtime-node/index.ts';
import { temporaryFolder } from '#test/pictures/images.ts';
import { done, runCli } from '#test/run-cli.ts';
import { askPython, lacksPython, skipBecause } from '#test/skip.ts';

const docs = readFileSync(new URL('../../../docs/python.md', import.meta.url), 'utf8');
const section = docs.split('## The same pictures in both\n')[1]!.split('\n## ')[0]!;
const codeOf = (language: string): string => new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(section)![1]!;

/** Runs the code with its imports as arguments, and paths below `folder`. */
async function runHere(code: string, folder: string): Promise<void> {
  const body = code.replace(/^import .*\n/gm, '');
  const within = (path: string) => join(folder, path);
  const AsyncFunction = (async () => {}).constructor as new (
    ...words: string[]
  ) => (...given: unknown[]) => Promise<void>;
  await new AsyncFunction('loadModel', 'writeFile', `${body}; await model.dispose();`)(
    (path: string) => loadModel(within(path), { device: 'cpu' }),
    (path: string, data: Float32Array) => writeFile(within(path), data),
  );
}

describe('the noise of pictures, taken along to Python', skipBecause(lacksPython('diffusers')), () => {
  const folder = temporaryFolder();

  it('makes the same pictures of models/digits there, to 2e-4', { tags: 'long', timeout: 600_000 }, async () => {
    const convert = ['convert', '--model', 'models/digits', '--out', join(folder, 'out', 'digits'), '--weights'];
    await done(runCli(...convert));
    await runHere(codeOf('js'), folder);
    const env = { ...process.env, HF_HOME: join(folder, 'cache'), HF_HUB_OFFLINE: '1' };
    const difference = Number(askPython(['-c', codeOf('python')], { cwd: folder, env }));
    expect(difference).toBeGreaterThan(0);
    expect(difference).toBeLessThan(2e-4);
  });

  it('makes nearly the same pictures of models/hands-128, whose weights are sums of 8 bits', {
    tags: 'long',
    timeout: 600_000,
  }, async () => {
    const out = join(folder, 'out', 'hands-128');
    await done(runCli('convert', '--model', 'models/hands-128', '--out', out, '--weights'));
    const model = await loadModel('models/hands-128', { device: 'cpu' });
    const settings = {
      count: 2,
      steps: 10,
      sampler: 'ddim',
      guidance: 1,
      labels: [0, 1],
      conditions: { boneage: [40, 180] },
    } as const;
    const { latents, images } = await model.sample({ ...settings, returnLatents: true });
    await model.dispose();
    await writeFile(join(folder, 'latents.f32'), latents!);
    await writeFile(join(folder, 'images.f32'), images);
    const code = `import numpy, torch
from diffusers import DDIMScheduler, DiffusionPipeline
pipe = DiffusionPipeline.from_pretrained("out/hands-128", custom_pipeline="pipeline", trust_remote_code=True)
pipe.scheduler = DDIMScheduler.from_config(pipe.scheduler.config)
read = lambda name, *shape: torch.from_numpy(numpy.fromfile(f"{name}.f32", "float32")).view(2, *shape)
asked = {"class_labels": [0, 1], "conditions": {"boneage": [40, 180]}}
theirs = pipe(batch_size=2, latents=read("latents", 4, 32, 32), num_inference_steps=10, output_type="pt", **asked).images
print((theirs - (read("images", 1, 128, 128) / 2 + 0.5).clamp(0, 1)).square().mean().sqrt().item())`;
    const env = { ...process.env, HF_HOME: join(folder, 'cache'), HF_HUB_OFFLINE: '1' };
    const difference = Number(askPython(['-c', code], { cwd: folder, env }));
    expect(difference).toBeGreaterThan(0);
    expect(difference).toBeLessThan(3e-3);
  });
});
