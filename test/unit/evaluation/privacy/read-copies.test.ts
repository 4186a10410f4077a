import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type FoundCopies, readCopies, unlikeImages } from '#evaluation/privacy/index.ts';
import { exampleEvaluation, exampleMemorisation } from '#test/evaluation.ts';
import { temporaryFolder } from '#test/pictures/images.ts';

describe('the copies that an evaluation found', () => {
  const folder = temporaryFolder();
  const { model, data } = exampleEvaluation();
  const write = (name: string, content: unknown): string => {
    const path = join(folder, name);
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
    return path;
  };
  const read = (path: string, needed = true, hash = model.hash) => readCopies('audit m', { path, needed }, hash);
  const refused = (path: string, hash?: string) => read(path, true, hash).then(String, ({ message }) => message);

  it('are read from the file or its folder, with its hash and the bound of what went unseen', async () => {
    const path = write('evaluation.json', exampleEvaluation());
    const found = (await read(path)) as FoundCopies;
    expect(found.findings).toMatchObject({
      verdict: 'none found',
      counts: { samples: 500, training: 9500, heldOut: 500 },
      tests: [
        { space: 'pixels', flagged: 0, expected: 0.5 },
        { space: 'features', flagged: 0, expected: 0.5 },
      ],
      command: 'npx pipeline evaluate --model <rings> --data <rings> --count 500 --seed 7 --sampler ddpm --steps 20',
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(found.findings.unseen).toBeGreaterThan(3 / 500);
    expect(await read(folder)).toMatchObject({ findings: found.findings });
    expect(unlikeImages('audit m', found, data.hash, true)).toBeUndefined();
  });

  it('are of this network and these images: others are refused if needed, else a note', async () => {
    const path = write('fine.json', exampleEvaluation());
    expect(await refused(path, 'f'.repeat(64))).toMatch(
      /^Cannot audit m: --evaluation must be an evaluation of this very network, received one of another\.$/,
    );
    expect(await read(path, false, 'f'.repeat(64))).toMatch(
      /^No copies were looked for: .*fine\.json is one of another\.$/,
    );
    const found = (await read(path)) as FoundCopies;
    expect(() => unlikeImages('audit m', found, 'f'.repeat(64), true)).toThrow(
      'Cannot audit m: --evaluation must be of the images of --data, received one of others (rings).',
    );
    expect(unlikeImages('audit m', found, 'f'.repeat(64), false)).toContain('is of others.');
  });

  it('are missed with a sentence where they are needed', async () => {
    expect(await read(join(folder, 'none.json'), false)).toBeUndefined();
    expect(await refused(join(folder, 'none.json'))).toContain('which is not there. Evaluate the model first.');
    const { memorisation: _, ...without } = exampleEvaluation();
    expect(await refused(write('without.json', without))).toContain(
      '--evaluation must be an evaluation that looked for copies, received one that did not.',
    );
  });

  it('are refused where the file is broken', async () => {
    expect(await refused(write('broken.json', '{'))).toMatch(/^Cannot read .*broken\.json: it must be JSON, received /);
    const memorisation = { ...exampleMemorisation(), counts: { samples: -1 } };
    expect(await refused(write('odd.json', { ...exampleEvaluation(), memorisation }))).toMatch(
      /^Cannot read memorisation of .*odd\.json: counts\.samples must be an integer of at least 0, received -1\.$/,
    );
  });
});
