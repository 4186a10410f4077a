/** What the figures mean, in plain words, and what they cannot show. */
import { plural } from '@onnoise/base/text';
import type { Interval } from './area-interval.ts';
import { exceeds } from './figures.ts';
import { ATTACK_WORDS } from './names.ts';
import { heldOutFor } from './roc.ts';
import type { AttackFigures, AuditVerdict } from './types.ts';

/** With fewer images of a kind, an attack that finds one in a hundred would not be seen. */
const FEWEST_TO_TELL = heldOutFor(0.01);

/** What follows a reason for doubt, before the figures. */
export const NO_SIGN = ' No sign was found: ';

export interface Judged {
  figures: readonly AttackFigures[];
  strongest: number;
  members: number;
  others: number;
  /** Of the training images. */
  exposed: number;
  /** Why images may not be what they are taken for, one sentence each. */
  doubts: readonly string[];
}

export function judgeAttacks({ figures, strongest, members, others, exposed, doubts }: Judged): {
  verdict: AuditVerdict;
  reason: string;
} {
  const best = figures[strongest]!;
  const tried = plural(figures.length, 'attack');
  if (figures.some(exceeds)) {
    const sentences = [
      `The strongest of ${tried}, ${attackWords(best)}, tells training images from held-out ones with an AUC of ${area(best)}.`,
      ...foundWords(best),
      `${exposed} of the ${plural(members, 'training image')} ${exposed === 1 ? 'stands' : 'stand'} out.`,
      ...doubts,
    ];
    return { verdict: 'leaks', reason: sentences.join(' ') };
  }
  const most = Math.max(...figures.map(({ auc }) => auc.joint[1]));
  const found = `the strongest of ${tried}, ${attackWords(best)}, has an AUC of ${area(best)}, and none more than ${shown(most)} by their intervals, taken together`;
  const few = [
    ...(others < FEWEST_TO_TELL ? [`${others} held out`] : []),
    ...(members < FEWEST_TO_TELL ? [`${members} of training`] : []),
  ];
  if (few.length > 0) {
    const reason = `There are too few images, ${few.join(' and ')}: to find one training image in a hundred at 1 % false positives takes at least ${FEWEST_TO_TELL} of each (at 0.1 %: ${heldOutFor(0.001)} held out).${NO_SIGN}${found}.`;
    return { verdict: 'cannot tell', reason };
  }
  if (doubts.length > 0) return { verdict: 'cannot tell', reason: `${doubts.join(' ')}${NO_SIGN}${found}.` };
  return {
    verdict: 'no sign',
    reason: `An attacker who has the model and an image does no better than chance here: ${found}.`,
  };
}

export function attackWords({ attack, timestep, calibrated }: AttackFigures): string {
  if (calibrated) return attack === 'all' ? 'LiRA on all errors' : `LiRA on ${ATTACK_WORDS[attack]}`;
  return `${attack === 'all' ? 'all errors' : ATTACK_WORDS[attack]} at timestep ${timestep}`;
}

const shown = (value: number): string => value.toFixed(3);
const between = ([low, high]: Interval): string => `${shown(low)} to ${shown(high)}`;
/** Of an attack that was chosen for its area: its own interval would be too narrow. */
const area = ({ auc }: AttackFigures): string =>
  `${shown(auc.value)} (${between(auc.joint)}, counting all that were tried)`;

/** `40 % (35 to 45 %)` */
export function shareWords(value: number, [low, high]: Interval): string {
  const percent = (share: number) => (100 * share).toFixed(1);
  return `${percent(value)} % (${percent(low)} to ${percent(high)} %)`;
}

const foundWords = ({ found }: AttackFigures): string[] =>
  found.flatMap(({ at, value, interval }) =>
    value === null || interval === null
      ? []
      : [`At ${100 * at} % false positives it finds ${shareWords(value, interval)} of the training images.`],
  );

interface LimitFacts {
  /** How many calibrated the scores, of those that were asked for. */
  shadows: number;
  asked: number;
  /** Whether some images belong together. */
  grouped: boolean;
  /** Whether held-out images come from a source of their own. */
  apart: boolean;
}

/** What no audit of this kind shows, and what this one does not. */
export function limitsOf({ shadows, asked, grouped, apart }: LimitFacts): string[] {
  return [
    'The attacks are those of papers: a better one may find more. An audit shows that a model leaks, and never proves that it does not.',
    ...(shadows === 0
      ? [
          'No scores were calibrated by shadow models: an attacker who trains some, for which --shadows stands, finds more.',
        ]
      : [
          `${plural(shadows, 'shadow model')}${shadows < asked ? `, of ${asked} asked for,` : ''} calibrated the scores: an attacker who trains more finds more.`,
        ]),
    'It says whether images were among those of training, and nothing of other secrets, such as what a group of patients has in common.',
    ...(apart && shadows === 0
      ? [
          'Held-out images from a source of their own may differ in more than membership, such as by another device: attacks without shadows take any difference for a leak.',
        ]
      : []),
    grouped
      ? 'Images that belong together, such as those of a patient, count together in the intervals of the AUC, and as single images elsewhere.'
      : 'Each image counts by itself: several of one patient expose that patient more than one of them does.',
  ];
}
