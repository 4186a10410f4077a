/** `--fail-on`: the checks whose failure ends a command with exit code 3. */
import { toList } from '@onnoise/base/terminal';
import { check, oneOf, worded } from '@onnoise/scheduler/rules';
import type { Options } from 'yargs';
import { textOption } from './command.ts';

/**
 * @param checks names that may be given, separated by commas
 * @param elsewhere what to say of names that another command knows
 */
export function failOnOption<const T extends string>(
  checks: readonly T[],
  { group, describe, elsewhere = '' }: { group: string; describe: string; elsewhere?: string },
): Options {
  const rule = worded(`${checks.join(' or ')}${elsewhere}`, oneOf(checks));
  const read = toList('fail-on', checks.join(','));
  return textOption(`${describe}: ${checks.join(',')}`, {
    group,
    coerce: (value: unknown): T[] | undefined => {
      const names = read(value);
      return names?.map((name) => check('read the options', 'each of --fail-on', rule, name));
    },
  });
}
