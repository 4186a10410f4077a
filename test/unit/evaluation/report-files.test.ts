import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openFiles, requireApart } from '#evaluation/report/files.ts';
import { exampleEvaluation, examplePictures } from '#test/evaluation.ts';
import { temporaryFolder } from '#test/pictures/images.ts';

const root = temporaryFolder();

async function modelFolder(name: string): Promise<string> {
  const folder = join(root, name);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'README.md'), '# a model\n');
  return folder;
}

test('one evaluation at a time writes to a folder, and to a model', async () => {
  const [model, other] = [await modelFolder('model'), await modelFolder('other')];
  const first = await openFiles(join(root, 'a'), model);
  await expect(openFiles(join(root, 'a'), other)).rejects.toThrow(
    /Cannot write the evaluation to .*a: another process/,
  );
  await expect(openFiles(join(root, 'b'), model)).rejects.toThrow(/to .*model: another process .* is writing there/);
  expect(existsSync(join(root, 'b'))).toBe(false);
  await first.close();
  expect([existsSync(join(root, 'a')), readdirSync(model)]).toEqual([false, ['README.md']]);
  await (await openFiles(join(root, 'a'), model)).close(); // the refused ones have left no lock
  await (await openFiles(join(root, 'b'), other)).close();
});

describe('a model that another process replaced meanwhile', () => {
  const hash = createHash('sha256').update('measured').digest('hex');
  const example = exampleEvaluation();
  const evaluation = { ...example, model: { ...example.model, hash } };

  async function networkFolder(name: string): Promise<string> {
    const folder = await modelFolder(name);
    await mkdir(join(folder, 'unet'));
    await writeFile(join(folder, 'unet/model.onnx'), 'measured');
    return folder;
  }

  test('gets no figures of the old one; the report is written', { tags: 'long' }, async () => {
    const model = await networkFolder('replaced');
    const out = join(root, 'report');
    const files = await openFiles(out, model);
    expect((await files.write(evaluation, examplePictures())).written.card).toBe(join(model, 'README.md'));
    await rm(join(model, 'evaluation.json'));
    await writeFile(join(model, 'README.md'), '# another\n');
    await writeFile(join(model, 'unet/model.onnx'), 'another');
    const { written, note } = await files.write(evaluation, examplePictures());
    await files.close();
    expect(written).toEqual({ json: join(out, 'evaluation.json'), html: join(out, 'report.html') });
    expect(note).toMatch(/replaced gets no figures: another network took the place of the one that was measured\.$/);
    expect(readdirSync(model).sort()).toEqual(['README.md', 'unet']);
    expect(readFileSync(join(model, 'README.md'), 'utf8')).toBe('# another\n');
  });

  test('is left alone, too, where the report was to go there', async () => {
    const model = await networkFolder('replaced-both');
    const files = await openFiles(model, model);
    await writeFile(join(model, 'unet/model.onnx'), 'another');
    await expect(files.write(evaluation, examplePictures())).rejects.toThrow(
      /replaced-both: its network must be the one that was measured, another took its place\. Name another folder/,
    );
    await files.close();
    expect(readdirSync(model).sort()).toEqual(['README.md', 'unet']);
  });
});

test('results stay out of a model folder that is to be left as it is', async () => {
  const model = await modelFolder('kept');
  await symlink(model, join(root, 'link'));
  for (const out of [model, join(model, 'new/report'), join(root, 'link')]) {
    await expect(requireApart(out, model)).rejects.toThrow(
      `Cannot evaluate ${model}: --out must lie outside the model folder with --no-card, received "${out}".`,
    );
  }
  for (const out of [root, join(root, 'kept-report'), join(root, 'new')]) await requireApart(out, model);
});
