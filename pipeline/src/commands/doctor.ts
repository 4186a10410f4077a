/**
 * `pipeline doctor`: what this machine can train and sample on, and what would enable the rest.
 */

import { sayResult } from '@onnoise/base/terminal';
import { formatBytes, program } from '@onnoise/base/text';
import type { DeviceStatus } from '@onnoise/runtime-node';
import type { Diagnosis } from '../setup/diagnose.ts';
import type { Command } from './options/command.ts';

export const command: Command<object> = {
  usage:
    '$0 doctor\n\nTries every training engine and sampling device. Says which work, why others do not, and how to enable them.',
  examples: [
    ['$0 doctor', 'a table'],
    ['$0 doctor --json', 'for scripts'],
  ],
  handler: async () => {
    const { diagnose } = await import('../setup/diagnose.ts');
    const diagnosis = await diagnose();
    sayResult(formatDiagnosis(diagnosis), diagnosis);
  },
};

/** The table that `pipeline doctor` prints. */
export function formatDiagnosis({ node, cores, memory, engines, devices }: Diagnosis): string {
  const width = Math.max(
    ...[...engines.map(({ engine }) => engine), ...devices.map(({ device }) => device)].map((name) => name.length),
  );
  const row = (name: string, { available, software, reason, enable }: Omit<DeviceStatus, 'device'>) => [
    `  ${name.padEnd(width)}  ${(software ? 'slow' : available ? 'yes' : 'no').padEnd(4)}  ${reason}`,
    ...(enable === undefined ? [] : [`  ${' '.repeat(width)}        to enable: ${enable}`]),
  ];
  return [
    `Node    ${node.version} on ${node.platform} ${node.arch}${node.supported ? '' : ' (too old: 20.19 or newer is needed)'}`,
    `Cores   ${cores.count} (${cores.model})`,
    `Memory  ${formatBytes(memory.total)}, ${formatBytes(memory.free)} free`,
    '',
    `Engines for training (--engine of ${program('train')})`,
    ...engines.flatMap(({ engine, ...status }) => row(engine, status)),
    '',
    `Devices for sampling (--device of ${program('sample')})`,
    ...devices.flatMap(({ device, ...status }) => row(device, status)),
  ].join('\n');
}
