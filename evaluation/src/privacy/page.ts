/**
 * A privacy report on one page, for readers who decide and are no specialists, such as an ethics board: three questions in plain words,
 * then the numbers, how they were made and what they cannot show, and what it takes to make them again. It names no image.
 */
import { plural } from '@onnoise/base/text';
import type { AttackFigures, FoundShare } from '../membership/types.ts';
import { attackWords, shareWords } from '../membership/verdict.ts';
import { type Cell, formatDocument, type Section, type Words } from '../report/document.ts';
import { type Html, html } from '../report/html.ts';
import { count } from '../report/words.ts';
import { answersOf } from './answers.ts';
import { auditCommand } from './command.ts';
import { STYLE } from './style.ts';
import type { CopyFindings, PrivacyReport } from './types.ts';

export function formatPrivacyPage(report: PrivacyReport): string {
  const { model, data, date, onnoise } = report;
  const others = data.test === undefined ? ', held out of training' : `, of ${data.test}`;
  return formatDocument({
    title: `Privacy report on the model ${model.name}`,
    command: 'audit',
    style: STYLE,
    opening: [
      {
        words: `What the model tells about the images that it was trained on, as far as it was measured on ${date.slice(0, 10)} by Onnoise ${onnoise}.`,
        is: 'lede',
      },
      {
        words: `${count(data.training)} of its training images were held against ${count(data.heldOut)} like them that it has never seen${others}. Whatever tells the two apart gives away who was in training, and in medicine that alone may tell of an illness. No image is named here.`,
      },
    ],
    sections: [
      {
        is: 'answers',
        beside: answersOf(report).map(({ question, answer, tone, words }) => ({
          title: question,
          is: `card is-${tone}`,
          blocks: [{ words: answer, is: 'answer' }, ...words.map((each) => ({ words: each }))],
        })),
      },
      numbers(report),
      { is: 'two', beside: [method(report), whatItCannotShow(report)] },
      again(report),
    ],
  });
}

/** Most rows of attacks: with more, each attack has the row of its best timestep. */
const MOST_ROWS = 7;

function numbers({ attacks, strongest, copies }: PrivacyReport): Section {
  const rows = attacks.length > MOST_ROWS ? bestOfEach(attacks, strongest) : attacks;
  const left = attacks.length - rows.length;
  const some = left > 0 ? ` Of ${attacks.length} attacks, the best of each kind; all are in audit.json.` : '';
  return {
    title: 'In numbers',
    is: 'numbers',
    blocks: [
      {
        table: {
          caption: `How well attacks tell training images from others, each with its own intervals of 95 %. AUC is the chance to pick the right one of two: 0.5 is guessing.${some}`,
          wide: true,
          columns: ['Attack', 'AUC', 'Found at 1 % false alarms', 'Found at 0.1 %'],
          rows: rows.map((each) => attackRow(each, each === attacks[strongest])),
        },
      },
      copies !== null && { words: copiesLine(copies) },
    ],
  };
}

/** `Copies: of 500 pictures, suspiciously near to a training image are 1 in pixels (0.5 by chance) and 0 in features (0.5).` */
function copiesLine({ counts, tests }: CopyFindings): string {
  const found = tests.map(
    ({ space, flagged, expected }, i) =>
      `${count(flagged)} in ${space} (${Number(expected.toPrecision(2))}${i === 0 ? ' by chance' : ''})`,
  );
  const last = found.pop()!;
  const listed = found.length === 0 ? last : `${found.join(', ')} and ${last}`;
  return `Copies: of ${plural(counts.samples, 'picture')}, suspiciously near to a training image are ${listed}.`;
}

/** Of each attack, calibrated or not, the row of its highest AUC, in the order of the attacks; the strongest is among them. */
function bestOfEach(attacks: readonly AttackFigures[], strongest: number): AttackFigures[] {
  const best = new Map<string, AttackFigures>();
  for (const each of attacks) {
    const key = `${each.attack} ${each.calibrated}`;
    const known = best.get(key);
    if (known === attacks[strongest]) continue;
    if (known === undefined || each === attacks[strongest] || each.auc.value > known.auc.value) best.set(key, each);
  }
  return [...best.values()];
}

function attackRow(figures: AttackFigures, isStrongest: boolean): Cell[] {
  const { auc, found } = figures;
  const area = auc.interval.map((end) => end.toFixed(3)).join(' to ');
  return [
    `${attackWords(figures)}${isStrongest ? ' (the strongest)' : ''}`,
    html`${auc.value.toFixed(3)} <small>(${area})</small>`,
    ...found.map(foundCell),
  ];
}

function foundCell({ value, interval }: FoundShare): Words {
  if (value === null || interval === null) return 'too few images';
  const [share, between] = shareWords(value, interval).replaceAll(' %', '\u00a0%').split(' (');
  return html`${share} <small>(${between}</small>`;
}

function method({ attacks, shadows, copies }: PrivacyReport): Section {
  const parts = copies?.tests.some(({ space }) => space === 'crops')
    ? ', or holds an enlarged crop or a half of one'
    : '';
  return {
    title: 'How it was measured',
    blocks: [
      {
        list: [
          'The attacker has the model and an image, the very pixels, and asks whether the model learnt from it. Who can only ask for pictures knows less.',
          `${plural(attacks.length, 'attack')} of published papers ${attacks.length === 1 ? 'was' : 'were'} tried: how large the model's error on an image is, and how it changes when noise is put on the image. Errors are smaller on images that it learnt from.`,
          ...(shadows !== undefined && shadows.trained > 0
            ? [
                `${plural(shadows.trained, 'other model')} like this one, each trained on half of all images, ${shadows.trained === 1 ? 'says' : 'say'} what error an image has with and without training on it.`,
              ]
            : []),
          'The answer is yes only if chance, all attacks taken together, explains it in fewer than 5 of 100 audits of a model that leaks nothing.',
          ...(copies === null
            ? []
            : [
                `Copies: a picture is suspicious if it lies nearer to a training image than other real images do, moved, turned, mirrored or inverted, too${parts}.`,
              ]),
        ],
      },
    ],
  };
}

const whatItCannotShow = ({ limits, copies, notes }: PrivacyReport): Section => ({
  title: 'What it cannot show',
  blocks: [{ list: [...limits, ...(copies ? [COPIES_LIMIT] : []), ...notes.map((note) => `Note: ${note}`)] }],
});

const COPIES_LIMIT =
  'The search for copies knows the pictures that were drawn for it. Others, drawn with other settings, may be copies all the same.';

type Row = [name: string, value: Words];

function again(report: PrivacyReport): Section {
  const { model, data, shadows, copies, differentialPrivacy: promise } = report;
  const rows: (Row | false)[] = [
    ['Model', html`${model.name}, ${model.network}, ${count(model.parameters)} parameters, ${hashed(model.hash)}`],
    ['Images', html`${data.name}, ${hashed(data.hash)}`],
    data.test !== undefined && [
      'Others',
      html`${data.test}${data.testHash !== undefined && html`, ${hashed(data.testHash)}`}`,
    ],
    promise !== null && [
      'Promise',
      `differential privacy, epsilon ${promise.epsilon}, delta ${promise.delta}, of ${plural(promise.records, promise.unit)}; noise ${promise.noiseMultiplier} of the clip ${promise.clip}, ${plural(promise.steps, 'step')}, sampling rate ${promise.samplingRate}`,
    ],
    ['Command', commandWords(auditCommand(report))],
    shadows !== undefined && shadows.trained < shadows.asked && ['Shadows', `${shadows.trained} of ${shadows.asked}`],
    copies !== null && ['Copies', commandWords(copies.command)],
    copies !== null && [
      'Its result',
      html`of ${copies.date.slice(0, 10)} by Onnoise ${copies.onnoise}, evaluation.json, ${hashed(copies.hash)}`,
    ],
  ];
  return { title: 'To do it again', is: 'again', blocks: [{ facts: rows.filter((row) => row !== false) }] };
}

const hashed = (hash: string): Html => html`SHA-256 <code>${hash}</code>`;

/** Each option stays on a line. */
const commandWords = (command: string): Html =>
  html`<code>${command.split(/ (?=--)/).map((option) => html`<span>${option}</span> `)}</code>`;
