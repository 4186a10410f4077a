/** The part of a report on memorisation: the verdict, what it rests on, what it would have seen, and the closest pairs. */

import { plural } from '@onnoise/base/text';
import { formatShare, formatValue } from '@onnoise/scheduler/model';
import { closestPairs, type PairPictures } from '../memorisation/closest-pairs.ts';
import { TRIALS } from '../memorisation/sensitivity.ts';
import type { CopyTest, Memorisation, Pair, PartSensitivity, Space } from '../memorisation/types.ts';
import { isRepetitive, tinyChance } from '../memorisation/verdict.ts';
import { histogram, sensitivityCurve } from './charts.ts';
import { type Html, html } from './html.ts';
import { key } from './marks.ts';
import { pictureOf } from './pictures.ts';
import type { ReportPictures } from './types.ts';
import { count, memorisationSentence, unbroken } from './words.ts';

/** Most pairs of a space that are shown. */
const MOST_PAIRS = 6;

const SPACE_NAMES: Readonly<Record<Space, string>> = {
  pixels: 'pixels',
  features: 'features',
  crops: 'crops',
  halves: 'halves',
};

export async function copiesSection(memorisation: Memorisation, pictures: ReportPictures): Promise<Html> {
  const { verdict, reason, tests, counts, duplicates, sensitivity } = memorisation;
  const tone = verdict === 'copies found' ? 'bad' : verdict === 'none found' ? 'good' : '';
  return html`<section aria-labelledby="memorisation">
<h2 id="memorisation">Memorisation</h2>
<p class="${tone}">${unbroken(memorisationSentence(memorisation))}</p>
<p>${unbroken(reason)}</p>
<p>${count(counts.samples)} pictures were compared with ${count(counts.training)} training images, and so were ${count(counts.heldOut)} real images held out of training. Copies would lie nearer to a training image than real images do. A picture's score is its distance to the nearest training image divided by that to the next few: near 0 for a copy, near 1 for a new picture.</p>
<p>${unbroken(searchSentence(memorisation))}</p>
${
  duplicates.heldOut + duplicates.repeated + duplicates.training > 0 &&
  html`<p>The data repeats itself. Training images that are copies of others: ${count(duplicates.training)}; images held out that are copies of others of them: ${count(duplicates.repeated)}; that are training images, too: ${count(duplicates.heldOut)}.</p>
`
}${testsTable(memorisation)}
${key([
  ['paleBar', 'pictures'],
  ['outline', 'images held out'],
  ['dashes', 'threshold'],
])}
<div class="figures">
${await Promise.all(tests.map(testFigures))}${
  sensitivity.length > 1 &&
  html`<figure><figcaption><strong>What would be seen</strong>: the chance that copies among ${count(counts.samples)} pictures are called out; dashes: 95 %</figcaption>
${await sensitivityCurve(sensitivity)}</figure>`
}
</div>
${sensitivity.length > 1 && sensitivityTable(memorisation)}
${memorisation.parts !== undefined && partsTable(memorisation)}
${await pairsList(memorisation, pictures)}
</section>`;
}

/** What a copy may be, and which copies go unseen. */
function searchSentence({ search: { shift, orientations }, parts }: Memorisation): string {
  const far = shift === 0 ? 'moved' : `moved further than ${plural(shift, 'pixel')}`;
  const turn = orientations === 8 ? '90 degrees' : '180 degrees';
  const pixels = `Pixels were also compared mirrored, turned by ${turn}, and as their negative.`;
  const features = 'Features, which are compared as the pictures are, may show some of these.';
  if (parts === undefined) {
    return `${pixels} They do not show copies that are ${far}, scaled or turned by other angles, copies under strong noise, and copies of a part of an image, such as a half. ${features}`;
  }
  return `${pixels} A picture was also compared with crops of the training images, enlarged, and each half of it with the same half of theirs. Neither shows copies that are ${far} and not enlarged, turned by other angles, copies under strong noise, and crops that are mirrored, turned or smaller than half of a side. ${features}`;
}

/** Of parts: each kind, how many single copies lie below the threshold, and how many together are called out. */
const partsTable = ({ parts = [], counts }: Memorisation) => html`<table>
<caption>Copies of parts, planted among ${count(counts.samples)} pictures: how many are suspicious by themselves, and how many together are called out in at least 95 % of trials</caption>
<thead><tr><th scope="col">Part</th><th scope="col" class="n">Suspicious</th><th scope="col" class="n">Called out from</th></tr></thead>
<tbody>
${parts.map(
  (each) =>
    html`<tr><th scope="row">${partWords(each)}</th><td class="n">${formatShare(each.seen)}</td><td class="n">${calledOut(each)}</td></tr>
`,
)}</tbody>
</table>`;

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

const sensitivityTable = ({
  sensitivity,
  counts,
}: Memorisation) => html`<p>How many copies go unseen: ${TRIALS} times for each number, training images were changed a little and put among real ones.</p>
<table>
<caption>How often they were called out</caption>
<thead><tr><th scope="col">Copies among ${count(counts.samples)}</th><th scope="col" class="n">Found</th><th scope="col" class="n">Unseen</th></tr></thead>
<tbody>
${sensitivity.map(
  ({ copies, found }) =>
    html`<tr><th scope="row">${copies === 0 ? 'none (false alarms)' : count(copies)}</th><td class="n">${formatShare(found)}</td><td class="n">${copies === 0 ? '–' : formatShare(1 - found)}</td></tr>
`,
)}</tbody>
</table>`;

const chanceSentence = (memorisation: Memorisation): string =>
  isRepetitive(memorisation)
    ? 'The figures below would tell if the images held out were different from each other.'
    : `Chance that an innocent model looks as suspicious: ${tinyChance(memorisation.pValue) ?? chance(memorisation.pValue)}. Below ${formatShare(memorisation.errorRate)} the verdict is that there are copies.`;

const testsTable = (memorisation: Memorisation) => html`<p>${chanceSentence(memorisation)}</p>
<table>
<caption>Pictures that lie suspiciously near to a training image</caption>
<thead><tr><th scope="col">Compared in</th><th scope="col" class="n">Threshold</th><th scope="col" class="n">Flagged</th><th scope="col" class="n">By chance</th><th scope="col" class="n">False alarms</th></tr></thead>
<tbody>
${memorisation.tests.map(
  ({ space, threshold, flagged, expected, falseAlarmRate: { value, interval } }) =>
    html`<tr><th scope="row">${SPACE_NAMES[space]}</th><td class="n">${formatValue(threshold)}</td><td class="n">${count(flagged)}</td><td class="n">${formatValue(expected)}</td><td class="n">${unbroken(chance(value))}<br><small>${unbroken(`${chance(interval[0])} to ${chance(interval[1])}`)}</small></td></tr>
`,
)}</tbody>
</table>`;

async function testFigures({ space, distances, scores, threshold }: CopyTest): Promise<Html> {
  const name = SPACE_NAMES[space];
  const charts = await Promise.all([histogram(distances, 'distance'), histogram(scores, 'score', threshold)]);
  return html`<figure><figcaption><strong>Distance in ${name}</strong> to the nearest training image</figcaption>
${charts[0]}</figure>
<figure><figcaption><strong>Score in ${name}</strong>: this distance against the next ones</figcaption>
${charts[1]}</figure>
`;
}

/** The closest pairs of each space, where there are any. */
async function pairsList(memorisation: Memorisation, pictures: ReportPictures): Promise<Html | undefined> {
  const found = memorisation.tests.map(({ space }) =>
    closestPairs(memorisation, pictures, { space, most: MOST_PAIRS }),
  );
  const { nameOf, order } = pictures.trainingNames;
  const names: PairNames = { training: nameOf, sample: pictures.sampleNames?.nameOf ?? String };
  const items = await Promise.all(
    found.flatMap((of) => of.pairs.map((pair, i) => pairItem(pair, { ...of, show: pictures.show }, i, names))),
  );
  if (items.length === 0) return undefined;
  return html`<h3>The closest pairs</h3>
<p>Each picture beside the training image that it is closest to, and the second closest.${order !== undefined && ` Numbers of training images count all images of the data ${order}, from 0; those that were left out do not count.`}${pictures.sampleNames?.order !== undefined && ` Numbers of pictures count them ${pictures.sampleNames.order}, from 0.`}</p>
<ul class="pairs">
${items}</ul>`;
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
<span><img src="${picture}" alt="Picture ${sample}">picture</span>
<span><img src="${nearest}" alt="Training image ${training}">nearest</span>
<span><img src="${next}" alt="Training image ${second}">second</span>
</div><figcaption>${flagged && html`<span class="bad">Flagged.</span> `}Picture ${sample}, training images ${training} and ${second}. In ${SPACE_NAMES[space]}: distance ${formatValue(distance)}, ${formatShare(ratio)} of that to the second, score ${formatValue(score)}.${layWords(pair)}</figcaption></figure></li>
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
