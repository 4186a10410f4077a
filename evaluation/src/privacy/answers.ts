/**
 * The three questions of a privacy report and their answers, in words for readers who know no statistics. Numbers are told as cases of
 * 100, which people understand better than shares (Gigerenzer and Hoffrage 1995, "How to improve Bayesian reasoning").
 */
import { plural } from '@onnoise/base/text';
import { NO_SIGN } from '../membership/verdict.ts';
import { MISSED_CHANGES } from '../memorisation/sought.ts';
import { tinyChance } from '../memorisation/verdict.ts';
import { count } from '../report/words.ts';
import type { PrivacyReport } from './types.ts';

type Tone = 'good' | 'bad' | 'unclear';

export interface Answer {
  question: string;
  /** A few words. */
  answer: string;
  tone: Tone;
  /** A paragraph each. */
  words: string[];
}

/** With a larger epsilon the promise alone says little: 98 of 100 guesses may be right. */
const STRONG = 4;

export const answersOf = (report: PrivacyReport): Answer[] => [
  membershipAnswer(report),
  copiesAnswer(report),
  promiseAnswer(report),
];

function membershipAnswer(report: PrivacyReport): Answer {
  const { verdict, attacks, strongest, exposed, data, reason } = report;
  const best = attacks[strongest]!;
  // It was chosen for its area: its own interval would be too narrow.
  const [low, high] = best.auc.joint;
  const pairs = `Shown one image of training and one other, the best of ${plural(attacks.length, 'attack')} picks the right one in ${cases(best.auc.value)} of 100 cases (${cases(low)} to ${cases(high)}, counting all that were tried); 50 is guessing.`;
  const question = "Could an outsider tell that a certain person's image was used?";
  if (verdict === 'leaks') {
    const found = best.found.find(({ value }) => value !== null);
    return {
      question,
      answer: 'Yes',
      tone: 'bad',
      words: [
        'Who has the model and an image can tell better than by guessing whether the model learnt from it.',
        pairs,
        ...(found
          ? [
              `If it may be wrong about ${cases(found.at)} in 100 other images, it names ${cases(found.value!)} of 100 training images.`,
            ]
          : []),
        exposed === 0
          ? 'No single image stands out.'
          : `${count(exposed)} of ${plural(data.training, 'training image')} ${exposed === 1 ? 'stands' : 'stand'} out. The owner of the images has the list; it is not part of this report.`,
      ],
    };
  }
  if (verdict === 'no sign') {
    return {
      question,
      answer: 'No sign of it',
      tone: 'good',
      words: [
        'The attacks that were tried, by somebody who has the model and the image, do no better than guessing.',
        pairs,
        'This is no proof: a better attack may come.',
      ],
    };
  }
  // What follows is among the numbers.
  const [why] = reason.split(NO_SIGN);
  return { question, answer: 'It cannot be told', tone: 'unclear', words: [why!, 'No sign was found.', pairs] };
}

function copiesAnswer({ copies }: PrivacyReport): Answer {
  const question = 'Does it draw pictures that are copies of training images?';
  if (copies === null) {
    return {
      question,
      answer: 'Not looked for',
      tone: 'unclear',
      words: [
        'Nobody compared pictures of this model with its training images for this report. Who has pictures alone might recognise a person in a copy.',
      ],
    };
  }
  const { verdict, counts, tests, reason, unseen } = copies;
  const compared = `${count(counts.samples)} pictures were compared with ${count(counts.training)} training images, and with how near ${count(counts.heldOut)} other real images come to those.`;
  if (verdict === 'copies found') {
    const most = tests.reduce((a, b) => (b.flagged > a.flagged ? b : a));
    return {
      question,
      answer: 'Yes',
      tone: 'bad',
      words: [
        compared,
        `${count(most.flagged)} of the pictures lie suspiciously near to a training image; ${shown(most.expected)} would by chance.`,
      ],
    };
  }
  if (verdict === 'none found') {
    return {
      question,
      answer: 'None were found',
      tone: 'good',
      words: [
        compared,
        unseen === null
          ? 'Few copies might have gone unseen.'
          : `Rare copies might go unseen: up to ${perMany(unseen)} (with 95 % confidence).`,
        `Copies that are ${MISSED_CHANGES} may go unseen, however many.`,
      ],
    };
  }
  return { question, answer: 'It cannot be told', tone: 'unclear', words: [compared, reason] };
}

function promiseAnswer({ differentialPrivacy: promise }: PrivacyReport): Answer {
  const question = 'Does the way it was trained promise anything?';
  if (promise === null) {
    return {
      question,
      answer: 'No',
      tone: 'unclear',
      words: [
        'It was trained without differential privacy, or does not say so. Nothing limits what a better attack than those tried here might find.',
      ],
    };
  }
  const { epsilon, delta, unit, started } = promise;
  const isWeak = epsilon > STRONG;
  const of = unit === 'image' ? 'one image' : 'all images of one person or group';
  return {
    question,
    answer: isWeak ? 'Yes, but little' : 'Yes, within limits',
    tone: isWeak ? 'unclear' : 'good',
    words: [
      `It was trained with differential privacy for ${of}: epsilon ${short(epsilon)}, delta ${delta}.`,
      `Whoever guesses between "used" and "not used", if both are as likely, is right in at most ${mostRight(epsilon, delta)} of 100 cases, whatever the attack. ${isWeak ? 'What the attacks found tells more than that.' : 'That holds for attacks that nobody knows yet, too.'}`,
      ...(unit === 'image' ? ['Who is in several images has less protection.'] : []),
      ...(started ? ['What the weights that it started from tell is not covered.'] : []),
    ],
  };
}

/** 0.714 to 71; a share that is not quite all or nothing is not rounded to it. */
function cases(share: number): string {
  const hundred = 100 * share;
  const rounded = Math.round(hundred);
  return rounded === hundred || (rounded > 0 && rounded < 100) ? String(rounded) : hundred.toFixed(1);
}

/**
 * Cases of 100, rounded up: the two kinds of errors of any test sum to at least 2 (1 - delta) / (1 + e^epsilon) (Kairouz et al. 2015,
 * arXiv 1311.0776, theorem 2.1).
 */
export function mostRight(epsilon: number, delta: number): string {
  const right = 100 * (1 - (1 - delta) / (1 + Math.exp(epsilon)));
  const digits = right > 99 ? 100 : 1;
  return String(Math.ceil(right * digits - 1e-9) / digits);
}

/** `1 picture in 130`: rounded so that it is not too few. */
const perMany = (share: number): string => {
  if (share > 0.5) return `${Math.ceil(100 * share)} of 100 pictures`;
  return `1 picture in ${count(Math.floor(1 / share))}`;
};

const short = (value: number): string => String(Number(value.toPrecision(3)));
const shown = (value: number): string => tinyChance(value) ?? String(Number(value.toPrecision(2)));
