/** The part of a report on memorisation: the verdict, what it rests on, what it would have seen, and the closest pairs. */

import { plural } from '@onnoise/base/text';
import { formatShare, formatValue } from '@onnoise/scheduler/evaluation';
import { closestPairs, type PairPictures } from '../memorisation/closest-pairs.ts';
import { TRIALS } from '../memorisation/sensitivity.ts';
import type { CopyTest, Memorisation, Pair, PartSensitivity } from '../memorisation/types.ts';
import { isRepetitive, tinyChance } from '../memorisation/verdict.ts';
import { histogram, sensitivityCurve } from './charts.ts';
import type { Block, Figure, Section } from './document.ts';
import { type Html, html } from './html.ts';
import { key } from './marks.ts';
import { imageOf, pictureOf } from './pictures.ts';
import type { ReportPictures } from './types.ts';
import { count, memorisationSentence, searchSentence } from './words.ts';

/** Most pairs of a space that are shown. */
const MOST_PAIRS = 6;

export async function copiesSection(memorisation: Memorisation, pictures: ReportPictures): Promise<Section> {
  const { verdict, reason, tests, counts, duplicates, sensitivity, parts = [] } = memorisation;
  const repeats = duplicates.heldOut + duplicates.repeated + duplicates.training > 0;
  const tried = sensitivity.length > 1;
  return {
    title: 'Memorisation',
    blocks: [
      {
        words: memorisationSentence(memorisation),
        is: verdict === 'copies found' ? 'bad' : verdict === 'none found' ? 'good' : undefined,
      },
      { words: reason },
      {
        words: `${count(counts.samples)} pictures were compared with ${count(counts.training)} training images, and so were ${count(counts.heldOut)} real images held out of training. Copies would lie nearer to a training image than real images do. A picture's score is its distance to the nearest training image divided by that to the next few: near 0 for a copy, near 1 for a new picture.`,
      },
      { words: searchSentence(memorisation) },
      repeats && {
        words: `The data repeats itself. Training images that are copies of others: ${count(duplicates.training)}; images held out that are copies of others of them: ${count(duplicates.repeated)}; that are training images, too: ${count(duplicates.heldOut)}.`,
      },
      { words: chanceSentence(memorisation) },
      {
        table: {
          caption: 'Pictures that lie suspiciously near to a training image',
          columns: ['Compared in', 'Threshold', 'Flagged', 'By chance', 'False alarms'],
          rows: tests.map(({ space, threshold, flagged, expected, falseAlarmRate: { value, interval } }) => [
            space,
            formatValue(threshold),
            count(flagged),
            formatValue(expected),
            { value: chance(value), interval: `${chance(interval[0])} to ${chance(interval[1])}` },
          ]),
        },
      },
      key([
        ['paleBar', 'pictures'],
        ['outline', 'images held out'],
        ['dashes', 'threshold'],
      ]),
      {
        figures: [
          ...(await Promise.all(tests.map(testFigures))).flat(),
          ...(tried
            ? [
                {
                  title: 'What would be seen',
                  note: `: the chance that copies among ${count(counts.samples)} pictures are called out; dashes: 95 %`,
                  shows: await sensitivityCurve(sensitivity),
                },
              ]
            : []),
        ],
      },
      tried && {
        words: `How many copies go unseen: ${TRIALS} times for each number, training images were changed a little and put among real ones.`,
      },
      tried && {
        table: {
          caption: 'How often they were called out',
          columns: [`Copies among ${count(counts.samples)}`, 'Found', 'Unseen'],
          rows: sensitivity.map(({ copies, found }) => [
            copies === 0 ? 'none (false alarms)' : count(copies),
            formatShare(found),
            copies === 0 ? undefined : formatShare(1 - found),
          ]),
        },
      },
      // Of each kind, how many single copies lie below the threshold, and how many together are called out.
      parts.length > 0 && {
        table: {
          caption: `Copies of parts, planted among ${count(counts.samples)} pictures: how many are suspicious by themselves, and how many together are called out in at least 95 % of trials`,
          columns: ['Part', 'Suspicious', 'Called out from'],
          rows: parts.map((each) => [partWords(each), formatShare(each.seen), calledOut(each)]),
        },
      },
      ...(await pairsList(memorisation, pictures)),
    ],
  };
}

const partWords = ({ part, side }: PartSensitivity): string =>
  part === 'half' ? 'a half' : `a crop of ${formatShare(side!)} of the side, enlarged`;

/** As the headline of a verdict asks for. */
const SURE = 0.95;

function calledOut({ sensitivity }: PartSensitivity): string {
  const least = sensitivity.find(({ copies, found }) => copies > 0 && found >= SURE);
  return least === undefined ? 'more than all that were tried' : plural(least.copies, 'copy', 'copies');
}

/** `0.02 %`: other than shares, chances may be tiny, and 0 is none. */
const chance = (value: number): string =>
  value > 0 && value < 1e-6 ? 'less than 0.0001 %' : `${formatValue(100 * value)} %`;

const chanceSentence = (memorisation: Memorisation): string =>
  isRepetitive(memorisation)
    ? 'The figures below would tell if the images held out were different from each other.'
    : `Chance that an innocent model looks as suspicious: ${tinyChance(memorisation.pValue) ?? chance(memorisation.pValue)}. Below ${formatShare(memorisation.errorRate)} the verdict is that there are copies.`;

async function testFigures({ space, distances, scores, threshold }: CopyTest): Promise<Figure[]> {
  return [
    {
      title: `Distance in ${space}`,
      note: ' to the nearest training image',
      shows: await histogram(distances, 'distance'),
    },
    {
      title: `Score in ${space}`,
      note: ': this distance against the next ones',
      shows: await histogram(scores, 'score', threshold),
    },
  ];
}

/** The closest pairs of each space, where there are any. */
async function pairsList(memorisation: Memorisation, pictures: ReportPictures): Promise<Block[]> {
  const found = memorisation.tests.map(({ space }) =>
    closestPairs(memorisation, pictures, { space, most: MOST_PAIRS }),
  );
  const { nameOf, order } = pictures.trainingNames;
  const names: PairNames = { training: nameOf, sample: pictures.sampleNames?.nameOf ?? String };
  const items = await Promise.all(
    found.flatMap((of) => of.pairs.map((pair, i) => pairItem(pair, { ...of, show: pictures.show }, i, names))),
  );
  if (items.length === 0) return [];
  const counted = pictures.sampleNames?.order;
  const training =
    order === undefined
      ? ''
      : ` Numbers of training images count all images of the data ${order}, from 0; those that were left out do not count.`;
  const samples = counted === undefined ? '' : ` Numbers of pictures count them ${counted}, from 0.`;
  return [
    { heading: 'The closest pairs' },
    {
      words: `Each picture beside the training image that it is closest to, and the second closest.${training}${samples}`,
    },
    html`<ul class="pairs">\n${items}</ul>`,
  ];
}

/** What the images of a pair are called, by their numbers. */
interface PairNames {
  training: (image: number) => string;
  sample: (picture: number) => string;
}

async function pairItem(
  pair: Pair,
  sets: PairPictures & Pick<ReportPictures, 'show'>,
  i: number,
  names: PairNames,
): Promise<Html> {
  const { space, distance, ratio, score, flagged } = pair;
  const [training, second] = [names.training(pair.training), names.training(pair.second)];
  const sample = names.sample(pair.sample);
  const [picture, nearest, next] = await Promise.all(
    [sets.samples, sets.nearest, sets.second].map((set) => pictureOf(set, i, sets.show)),
  );
  return html`<li class="card"><figure><div class="row">
<span>${imageOf(picture!, `Picture ${sample}`)}picture</span>
<span>${imageOf(nearest!, `Training image ${training}`)}nearest</span>
<span>${imageOf(next!, `Training image ${second}`)}second</span>
</div><figcaption>${flagged && html`<span class="bad">Flagged.</span> `}Picture ${sample}, training images ${training} and ${second}. In ${space}: distance ${formatValue(distance)}, ${formatShare(ratio)} of that to the second, score ${formatValue(score)}.${layWords(pair)}</figcaption></figure></li>
`;
}

/** ` The nearest lies on it mirrored, turned by 90 degrees and inverted.`; nothing where it lies as it is. */
function layWords({ mirrored, turned, inverted, part }: Pair): string {
  if (part?.name === 'crop') {
    return ` It is like the crop of the nearest that begins ${part.left} pixels from the left and ${part.top} from the top and is ${part.width} pixels wide.`;
  }
  if (part) return ` Its ${part.name} half is like that of the nearest.`;
  const words = [mirrored && 'mirrored', turned && `turned by ${turned} degrees`, inverted && 'inverted'].filter(
    Boolean,
  );
  return words.length === 0 ? '' : ` The nearest lies on it ${words.join(' and ')}.`;
}
