/** The parts of a report on one model. */
import {
  type Estimate,
  type EvaluationFacts,
  evaluatedName,
  formatFigure,
  formatInterval,
  formatShare,
  type Measure,
} from '@onnoise/scheduler/model';
import { aboutMeasure } from '../measures/index.ts';
import { classShares, MOST_CLASSES, measureStrip, rightBars } from './charts.ts';
import { type Html, html } from './html.ts';
import { key } from './marks.ts';
import { type Sheet, sheetOf } from './pictures.ts';
import type { ClassShares, Evaluation, ReportPictures } from './types.ts';
import { count, describeFeatures, describeSettings, duration, headline, realImages, unbroken, wayOf } from './words.ts';

export function opening(evaluation: Evaluation): Html {
  const { data, settings, features, notes = [] } = evaluation;
  const sampled = settings.sampler === undefined ? '' : `Sampled with ${describeSettings(settings)}; `;
  return html`<header>
<h1>Evaluation of ${evaluatedName(evaluation)}</h1>
<p class="lede">${unbroken(headline(evaluation))}</p>
<p class="muted">Compared with ${realImages(data)}; all sets have ${count(settings.count)} images. ${sampled}${sampled === '' ? 'Features' : 'features'} of ${features.name}.</p>
${notes.map((note) => html`<p>${note}</p>\n`)}</header>`;
}

/** A card for each measure, and all numbers as a table. */
export async function measuresSection(measures: readonly Measure[]): Promise<Html> {
  const strips = await Promise.all(measures.map(measureStrip));
  return html`<section aria-labelledby="measures">
<h2 id="measures">Measures</h2>
<p>Each value stands beside two anchors at the same number of images: real ones, which are as good as a model can be, and noise, which any model should beat. Few images alone make distances large, those of real images too.</p>
<p>A bar is an interval of 95 %: if you drew as many pictures again and again, 95 of 100 such bars would hold the mean of all the values. Where the bars of pictures and real images overlap, they may be equal, and so many pictures cannot tell. Four times as many halve a bar.</p>
${key([
  ['model', 'pictures'],
  ['real', 'real images'],
  ['noise', 'noise'],
])}
<ul class="cards">
${measures.map(
  (measure, i) => html`<li class="card"><h3>${measure.name}</h3>
<p class="value">${formatFigure(measure, measure.model.value)} <small>${formatInterval(measure, measure.model)}</small></p>
<p class="muted">${wayOf(measure)}${overlaps(measure) && (measure.better === 'none' ? '; may equal them' : '; may equal real images')}</p>
${strips[i]}</li>
`,
)}</ul>
${measuresTable(measures)}
</section>`;
}

/** Whether pictures may be as good as real images, for all that is known. */
function overlaps({ model, real }: Measure): boolean {
  if (!model.interval || !real.interval) return false;
  return model.interval[0] <= real.interval[1] && real.interval[0] <= model.interval[1];
}

const measuresTable = (measures: readonly Measure[]) => html`<table class="wide">
<caption>All measures, with intervals of 95 %</caption>
<thead><tr><th scope="col">Measure</th><th scope="col" class="n">Pictures</th><th scope="col" class="n">Real images</th><th scope="col" class="n">Noise</th></tr></thead>
<tbody>
${measures.map(
  (
    measure,
  ) => html`<tr><th scope="row">${measure.name}</th>${(['model', 'real', 'noise'] as const).map((set) => estimateCell(measure, measure[set]))}</tr>
`,
)}</tbody>
</table>`;

/** How each is computed, and what its interval is. */
function explanations(measures: readonly Measure[]): Html {
  const known = measures.flatMap(({ id, name }) => {
    const about = aboutMeasure(id);
    return about ? [{ name, about }] : [];
  });
  return html`<h3>How the measures are computed</h3>
<dl class="explained">
${known.map(({ name, about }) => html`<dt>${name}</dt><dd>${about.how} Interval: ${about.interval}</dd>\n`)}</dl>`;
}

export function estimateCell(measure: Pick<Measure, 'id'>, estimate: Estimate): Html {
  const interval = formatInterval(measure, estimate);
  return html`<td class="n">${formatFigure(measure, estimate.value)}${interval && html`<br><small>${unbroken(interval)}</small>`}</td>`;
}

export async function classesSection(classes: readonly ClassShares[]): Promise<Html> {
  // Where there is no room for all, the worst are what a reader looks for.
  const worst = classes.toSorted((a, b) => (a.right ?? 1) - (b.right ?? 1)).slice(0, MOST_CLASSES);
  const shown = classes.length > MOST_CLASSES ? worst : classes;
  const asked = shown.some(({ right }) => right !== undefined);
  return html`<section aria-labelledby="classes">
<h2 id="classes">Classes</h2>
<p>As the classifier sees them.${classes.length > MOST_CLASSES && ` The charts show the ${MOST_CLASSES} worst of ${count(classes.length)}.`}</p>
<div class="figures">
${
  asked &&
  html`<figure><figcaption><strong>Right class</strong>, of the pictures that were asked for it</figcaption>
${key([
  ['bar', 'pictures'],
  ['tick', 'real images'],
])}
${await rightBars(shown)}</figure>
`
}<figure><figcaption><strong>Frequency</strong>, as a share of all pictures</figcaption>
${key([
  ['model', 'seen'],
  ['real', asked ? 'asked for' : 'real images'],
])}
${await classShares(shown)}</figure>
</div>
${classesTable(classes, asked)}
</section>`;
}

const classesTable = (classes: readonly ClassShares[], asked: boolean) => html`<table>
<caption>All classes</caption>
<thead><tr><th scope="col">Class</th><th scope="col" class="n">${asked ? 'Asked for' : 'Real images'}</th><th scope="col" class="n">Seen</th><th scope="col" class="n">Right</th><th scope="col" class="n">Right, real images</th></tr></thead>
<tbody>
${classes.map(
  ({ name, ...shares }) =>
    html`<tr><th scope="row">${name}</th>${([shares.asked, shares.seen, shares.right, shares.realRight] as const).map((share) => html`<td class="n">${share === undefined ? '–' : formatShare(share)}</td>`)}</tr>
`,
)}</tbody>
</table>`;

export async function picturesSection(
  { samples, real, show }: ReportPictures,
  { data }: EvaluationFacts,
): Promise<Html> {
  const sheets = await Promise.all([sheetOf(samples, show), sheetOf(real, show)]);
  return html`<section aria-labelledby="pictures">
<h2 id="pictures">Pictures</h2>
<p>The first ones of each set, none chosen.</p>
<div class="figures">
${sheetFigure(sheets[0], 'Pictures')}
${sheetFigure(sheets[1], 'Real images', realImages(data))}
</div>
</section>`;
}

const sheetFigure = ({ address, count: shown }: Sheet, what: string, which?: string) =>
  html`<figure class="sheet"><figcaption><strong>${what}</strong>${which && `, ${which}`}</figcaption><img src="${address}" alt="${what}, ${shown} of them in rows"></figure>`;

/** What drew the pictures, or where they lie. */
function originRows({ model, pictures, settings }: Evaluation): [name: string, value: Html][] {
  if (model) {
    const { name, network, parameters, hash } = model;
    return [['Model', html`${name}, ${network}, ${count(parameters)} parameters, SHA-256 <code>${hash}</code>`]];
  }
  if (!pictures) return [];
  const { name, hash, count: all } = pictures;
  const some =
    all > settings.count && `, of which ${count(settings.count)} were measured, chosen by seed ${settings.seed}`;
  return [['Pictures', html`${name}, ${count(all)} pictures${some}, hash <code>${hash}</code>`]];
}

/** Nothing where no model drew them. */
function samplingRows({ settings, secondsAPicture }: Evaluation): [name: string, value: string][] {
  const { guidance, calls = 0, device } = settings;
  if (secondsAPicture === undefined) return [];
  return [
    ['Sampling', `${describeSettings(settings)}, ${count(calls)} network calls a picture, seed ${settings.seed}`],
    ...(guidance
      ? [['Guidance', `scale ${guidance.scale} at timesteps ${guidance.interval.join(' to ')}`] as [string, string]]
      : []),
    ['Time', `${duration(secondsAPicture)} a picture on ${device}`],
  ];
}

const readBy = ({ name, hash }: { name: string; hash: string }) => html`${name}, SHA-256 <code>${hash}</code>`;

/** Everything needed to repeat the evaluation. */
export function detailsSection(evaluation: Evaluation): Html {
  const { data, features, reader, segmenter, measures, machine, onnoise, date } = evaluation;
  const rows: [name: string, value: string | Html][] = [
    ...originRows(evaluation),
    [
      'Data',
      html`${data.name}, ${count(data.train)} images to train on, ${count(data.heldOut)} held out, hash <code>${data.hash}</code>`,
    ],
    ...(data.test === undefined ? [] : [['Test images', data.test] as [string, string]]),
    ['Features', html`${describeFeatures(features)}, SHA-256 <code>${features.hash}</code>`],
    ...(reader ? [['Numbers', readBy(reader)] as [string, Html]] : []),
    ...(segmenter ? [['Masks', readBy(segmenter)] as [string, Html]] : []),
    ...samplingRows(evaluation),
    ['Measured', `${date.slice(0, 10)} by Onnoise ${onnoise}, ${machine}`],
  ];
  return html`<section aria-labelledby="details">
<h2 id="details">Details</h2>
<dl>
${rows.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>\n`)}</dl>
${explanations(measures)}
</section>`;
}
