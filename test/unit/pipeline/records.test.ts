/** Samplers, their options and networks are each written once, in a record, and all other code reads that. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { optionsOfSampler, SAMPLER_NAMES, SAMPLER_OPTION_NAMES, SAMPLER_OPTIONS } from '@onnoise/scheduler';
import { describe, expect, it } from 'vitest';
import { helpText } from '#pipeline/cli.ts';
import { generationSchema } from '#server/requests/schemas.ts';
import { encodeLink } from '#site/views/sample/state/link.ts';
import { check, DEFAULTS } from '#site/views/sample/state/parameters.ts';
import { NETWORKS } from '#training/model/index.ts';

/** All that may not name a sampler or a network. */
const CODE = ['training', 'evaluation', 'pipeline', 'runtime-node', 'runtime-web'].map((folder) => `${folder}/src`);

const ROOT = join(import.meta.dirname, '../../..');

/** Source files below the folders that contain one of the words in quotes. */
function filesThatQuote(words: readonly string[], folders: readonly string[]): string[] {
  const quoted = new RegExp(`(['"\`])(${words.join('|')})\\1`);
  return folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .map((file) => `${folder}/${file.replaceAll('\\', '/')}`)
      .filter((file) => /\.(ts|tsx|js|html)$/.test(file) && quoted.test(readFileSync(join(ROOT, file), 'utf8')))
      .sort(),
  );
}

describe('samplers', () => {
  it('are named by no source of the pipeline and the runtimes', () => {
    expect(filesThatQuote(SAMPLER_NAMES, CODE)).toEqual([]);
  });

  it.each(SAMPLER_OPTION_NAMES)('have the option %s in the command line, the server and links', async (name) => {
    const option = SAMPLER_OPTIONS[name];
    const { describe, default: standard } = option;
    const other = String('choices' in option ? option.choices.at(-1) : option.max);
    for (const command of ['sample', 'generate']) {
      const [, help = ''] = (await helpText(command)).split(`--${name} `);
      const words = help.split(/\n +--/)[0]!; // to the next option
      expect(words.replaceAll(/\s+/g, ' ')).toContain(describe);
      expect(words).toContain(`[default: ${standard}]`);
    }
    const { body } = generationSchema({ maxImages: 1, maxSteps: 1 } as Parameters<typeof generationSchema>[0]);
    const field = (body as { properties: Record<string, object> }).properties[name];
    expect(field).toMatchObject(
      'choices' in option
        ? { enum: [...option.choices, null], default: standard }
        : { minimum: option.min, maximum: option.max, default: standard },
    );
    for (const sampler of SAMPLER_NAMES) {
      const draft = { ...DEFAULTS, sampler, [name]: other };
      const checked = check(draft, { timesteps: 100, classes: 0 });
      const link = 'parameters' in checked && encodeLink(checked.parameters, 'digits').get(name);
      expect(link).toBe(optionsOfSampler(sampler).includes(name) ? other : null);
    }
  });
});

describe('networks', () => {
  it('are named by no source outside their own folder, but where they meet those of diffusers and where a config has none', () => {
    const names = NETWORKS.map(({ className }) => className);
    const files = filesThatQuote(names, [...CODE, 'scheduler/src']);
    expect(files.filter((file) => !/^(training\/src\/(model|layers)|pipeline\/src\/import)\//.test(file))).toEqual([
      'training/src/folder/artefact.ts',
      'training/src/folder/python-files.ts',
      'training/src/folder/weights.ts',
    ]);
  });
});
