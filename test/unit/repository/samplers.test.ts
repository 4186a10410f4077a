/** docs/sampling/samplers.md agrees with the records of the samplers. */
import {
  optionsOfSampler,
  SAMPLER_NAMES,
  SAMPLER_OPTION_NAMES,
  SAMPLER_OPTIONS,
  samplerRecord,
} from '@onnoise/scheduler';
import { expect, test } from 'vitest';
import { readText } from '#test/repository.ts';

const cells = readText('docs/sampling/samplers.md')
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

test('the table of samplers has a line for each, as its record says', () => {
  const expected = SAMPLER_NAMES.map((name) => {
    const { diffusers, order, calls, noise } = samplerRecord(name);
    const options = optionsOfSampler(name).map((option) => `\`${option}\``);
    const scheduler = diffusers === null ? "none; k-diffusion's function" : `\`${diffusers}\``;
    return [`\`${name}\``, scheduler, `${order}`, `${calls}`, noise ? 'yes' : 'no', options.join(', ')];
  });
  expect(cells.slice(0, SAMPLER_NAMES.length)).toEqual(expected);
});

test('the table of options has their values', () => {
  const expected = SAMPLER_OPTION_NAMES.map((name) => {
    const option = SAMPLER_OPTIONS[name];
    const choices = 'choices' in option && option.choices.map((choice) => `\`${choice}\``).join(', ');
    return [`\`${name}\``, choices || `${'min' in option && option.min} to ${'max' in option && option.max}`];
  });
  const end = SAMPLER_NAMES.length + SAMPLER_OPTION_NAMES.length;
  expect(cells.slice(SAMPLER_NAMES.length, end).map(([name, values]) => [name, values])).toEqual(expected);
});

test('the table of flow matching has their classes', () => {
  const first = SAMPLER_NAMES.length + SAMPLER_OPTION_NAMES.length;
  const expected = SAMPLER_NAMES.map((name) => {
    const { line } = samplerRecord(name);
    return [`\`${name}\``, line === false ? 'refused' : line === null ? 'none' : `\`${line}\``];
  });
  const found = cells.slice(first, first + SAMPLER_NAMES.length).map(([name, scheduler]) => [name, scheduler]);
  expect(found).toEqual(expected);
});
