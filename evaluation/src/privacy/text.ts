/** The report of an audit as text, for people. It names no image. */

import type { AttackFigures, Audit, AuditVerdict } from '../membership/types.ts';
import { attackWords, shareWords } from '../membership/verdict.ts';
import { auditCommand } from './command.ts';
import type { PrivacyReport } from './types.ts';

const VERDICT: Record<AuditVerdict, string> = {
  leaks: 'Leaks',
  'no sign': 'No sign of membership',
  'cannot tell': 'Cannot tell',
};

export const verdictLine = ({ verdict, reason }: Pick<Audit, 'verdict' | 'reason'>): string =>
  `${VERDICT[verdict]}: ${reason}`;

export function reportText(audit: PrivacyReport): string {
  const {
    model,
    data,
    settings,
    shadows,
    attacks,
    strongest,
    limits,
    notes,
    copies,
    differentialPrivacy: promise,
  } = audit;
  const rows = attacks.map(
    (each, i) =>
      `${i === strongest ? '*' : ' '} ${attackWords(each).padEnd(34)} ${areaWords(each)}  ${foundWords(each)}`,
  );
  const shadowLine =
    shadows &&
    `Shadows: ${shadows.trained} of ${shadows.asked}, ${shadows.steps} steps each${shadows.modelSteps === null ? '' : `; the model has ${shadows.modelSteps}`}`;
  const lines = [
    `Privacy audit of ${model.name} (${model.network}, ${model.parameters.toLocaleString('en')} parameters)`,
    `Date: ${audit.date}, onnoise ${audit.onnoise}`,
    `Model: SHA-256 ${model.hash}`,
    `Images: SHA-256 ${[data.hash, ...(data.testHash === undefined ? [] : [data.testHash])].join(' and ')}`,
    `Compared: ${data.training} of training and ${data.heldOut} held out, of ${data.name}${data.test === undefined ? '' : ` and ${data.test}`}`,
    `Settings: timesteps ${settings.timesteps.join(', ')}, ${settings.draws} draws of noise, seed ${settings.seed}`,
    ...(shadowLine ? [shadowLine] : []),
    '',
    verdictLine(audit),
    `Copies: ${copies === null ? 'not looked for' : `${copies.verdict}. ${copies.reason}`}`,
    `Differential privacy: ${promise === null ? 'none' : `epsilon ${promise.epsilon}, delta ${promise.delta}, unit ${promise.unit}`}`,
    '',
    'Attacks; AUC with its own 95 % interval; share found at 1 % and at 0.1 % false positives; * the strongest:',
    ...rows,
    '',
    'Limits:',
    ...limits.map((limit) => `- ${limit}`),
    ...(notes.length > 0 ? ['', 'Notes:', ...notes.map((note) => `- ${note}`)] : []),
    '',
    `Again: ${auditCommand(audit)}`,
    ...(copies ? [`Copies again: ${copies.command}`] : []),
  ];
  return `${lines.join('\n')}\n`;
}

const areaWords = ({ auc: { value, interval } }: AttackFigures): string =>
  `${value.toFixed(3)} (${interval[0].toFixed(3)} to ${interval[1].toFixed(3)})`;

const foundWords = ({ found }: AttackFigures): string =>
  found
    .map(({ value, interval }) =>
      value === null || interval === null ? 'too few images' : shareWords(value, interval),
    )
    .join('  ');
