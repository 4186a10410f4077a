/** A comparison as one HTML file, in the look of the report. */
import { formatValue, type Measure, VERDICT_WORDS } from '@onnoise/scheduler/model';
import { averageLosses, smooth } from '@onnoise/training/pictures';
import { type Html, html } from '../report/html.ts';
import { seriesKey, seriesMark } from '../report/marks.ts';
import { reportPage } from '../report/page.ts';
import { addressOf } from '../report/pictures.ts';
import { estimateCell } from '../report/sections.ts';
import { count, describeSettings, wayOf } from '../report/words.ts';
import { type Along, lossLines, measureRows } from './charts.ts';
import type { Side } from './folders.ts';
import { differingSettings } from './settings.ts';

/** Largest side of a sheet in pixels. */
const LARGEST_SHEET = 1024;

/** The text of the file. */
export async function formatComparison(sides: readonly Side[]): Promise<string> {
  const names = sides.map(({ name }) => name);
  return reportPage(`Comparison of ${names.join(', ')}`, 'compare', [
    html`<header>
<h1>Comparison of ${names.length > 3 ? `${count(names.length)} folders` : names.join(', ')}</h1>
</header>`,
    overview(sides),
    await lossSection(sides),
    await measuresSection(sides),
    await picturesSection(sides),
    settingsSection(sides),
  ]);
}

/** Training loss at the end, smoothed; undefined without a step. */
export function finalLoss({ metrics }: Side): number | undefined {
  return smooth(averageLosses(metrics).map(({ loss }) => loss)).at(-1);
}

const ABSENT = '–';
const cell = (value: string | undefined) => html`<td class="n">${value ?? ABSENT}</td>`;
const value = (number: number | undefined) => (number === undefined ? undefined : formatValue(number));

const nameCell = ({ name }: Side, i: number) => html`<th scope="row">${seriesMark(i)} ${name}</th>`;

function overview(sides: readonly Side[]): Html {
  return html`<section aria-labelledby="overview">
<h2 id="overview">Overview</h2>
<div class="scroll" tabindex="0" role="region" aria-label="Table of all folders">
<table class="wide">
<caption>What was compared; the training loss is smoothed</caption>
<thead><tr><th scope="col">Name</th><th scope="col">Kind</th><th scope="col" class="n">Steps</th><th scope="col" class="n">Minutes</th><th scope="col" class="n">Training loss</th><th scope="col" class="n">Held-out loss</th><th scope="col">Copies</th></tr></thead>
<tbody>
${sides.map((side, i) => {
  const last = side.metrics.at(-1);
  const { memorisation } = side.evaluation ?? {};
  return html`<tr>${nameCell(side, i)}<td>${side.kind}</td>${cell(last && count(last.step))}${cell(value(last && last.seconds / 60))}${cell(value(finalLoss(side)))}${cell(value(side.validation.at(-1)?.loss))}<td>${memorisation ? VERDICT_WORDS[memorisation.verdict] : ABSENT}</td></tr>
`;
})}</tbody>
</table>
</div>
${sides.filter(({ notes }) => notes.length > 0).map(({ name, notes }) => html`<p class="muted">${name}: ${notes.join(' ')}</p>\n`)}</section>`;
}

async function lossSection(sides: readonly Side[]): Promise<Html | undefined> {
  if (sides.every(({ metrics }) => metrics.length === 0)) return undefined;
  const figure = async (
    along: Along,
  ) => html`<figure><figcaption><strong>Loss by ${along}</strong>: lines of the training images, points of those held out</figcaption>
${seriesKey(sides.map(({ name, metrics }) => (metrics.length === 0 ? undefined : name)))}${await lossLines(sides, along)}</figure>
`;
  return html`<section aria-labelledby="losses">
<h2 id="losses">Losses</h2>
<p>Smoothed. Losses of different objectives, such as another prediction type or weighting, cannot be compared with each other.</p>
<div class="figures">
${await figure('step')}${await figure('minutes')}</div>
</section>`;
}

interface Row {
  side: number;
  name: string;
  measure: Measure;
}

async function measuresSection(sides: readonly Side[]): Promise<Html | undefined> {
  const evaluated = sides.flatMap(({ name, evaluation }, side) => (evaluation ? [{ side, name, evaluation }] : []));
  if (evaluated.length === 0) return undefined;
  const ids = [...new Set(evaluated.flatMap(({ evaluation }) => evaluation.measures.map(({ id }) => id)))];
  const rowsOf = (id: string): Row[] =>
    evaluated.flatMap(({ side, name, evaluation }) => {
      const measure = evaluation.measures.find((each) => each.id === id);
      return measure ? [{ side, name, measure }] : [];
    });
  const cards = await Promise.all(
    ids.map(async (id) => {
      const rows = rowsOf(id);
      const { measure } = rows[0]!;
      return html`<li class="card"><h3>${measure.name}</h3>
<p class="muted">${wayOf(measure)}</p>
${await measureRows(rows)}</li>
`;
    }),
  );
  return html`<section aria-labelledby="measures">
<h2 id="measures">Measures</h2>
<p>With intervals of 95 %. A gray tick is the same measure of real images.</p>
${cautions(evaluated.map(({ evaluation }) => evaluation)).map((caution) => html`<p class="bad">${caution}</p>\n`)}
${seriesKey(sides.map(({ name, evaluation }) => (evaluation ? name : undefined)))}
<ul class="cards">
${cards}</ul>
<div class="scroll" tabindex="0" role="region" aria-label="Table of the measures">
<table class="wide">
<caption>Pictures of each, and below them real images</caption>
<thead><tr><th scope="col">Measure</th>${evaluated.map(({ name, evaluation: { settings } }) => html`<th scope="col" class="n">${name}<br><small class="muted">${describeSettings(settings)}, ${count(settings.count)} pictures</small></th>`)}</tr></thead>
<tbody>
${ids.map((id) => {
  const rows = rowsOf(id);
  const estimates = (set: 'model' | 'real') =>
    evaluated.map(({ side }) => {
      const row = rows.find((each) => each.side === side);
      return row ? estimateCell(row.measure, row.measure[set]) : cell(undefined);
    });
  return html`<tr><th scope="row">${rows[0]!.measure.name}</th>${estimates('model')}</tr>
<tr><th scope="row" class="muted">real images</th>${estimates('real')}</tr>
`;
})}</tbody>
</table>
</div>
</section>`;
}

/** Why some distances must not be held against each other. */
function cautions(evaluations: readonly NonNullable<Side['evaluation']>[]): string[] {
  const differ = (of: (evaluation: NonNullable<Side['evaluation']>) => unknown) =>
    new Set(evaluations.map((each) => of(each))).size > 1;
  return [
    ...(differ(({ features }) => features.hash)
      ? ['The features are not the same, so distances in features cannot be compared.']
      : []),
    ...(differ(({ settings }) => settings.count)
      ? ['The numbers of pictures are not the same: fewer pictures make distances larger.']
      : []),
    ...(differ(({ data }) => data.hash)
      ? ['The images are not the same, so each can only be compared with its own real images.']
      : []),
  ];
}

async function picturesSection(sides: readonly Side[]): Promise<Html | undefined> {
  const shown = sides.filter(({ sheet }) => sheet !== undefined);
  if (shown.length === 0) return undefined;
  const figures = await Promise.all(
    shown.map(async ({ name, sheet }) => {
      const address = await smaller(sheet!);
      return html`<figure class="sheet"><figcaption><strong>${name}</strong></figcaption>${
        address === undefined
          ? html`<p>The sheet cannot be read.</p>`
          : html`<img src="${address}" alt="Pictures of ${name}">`
      }</figure>
`;
    }),
  );
  return html`<section aria-labelledby="pictures">
<h2 id="pictures">Pictures</h2>
<p>The newest sheet of each.</p>
<div class="figures">
${figures}</div>
</section>`;
}

/** As a new PNG: what else a file holds stays out of the comparison. undefined for a broken one */
async function smaller(file: Uint8Array): Promise<string | undefined> {
  const { default: sharp } = await import('sharp');
  const size = { width: LARGEST_SHEET, height: LARGEST_SHEET, fit: 'inside', withoutEnlargement: true } as const;
  return sharp(file)
    .resize(size)
    .png({ compressionLevel: 9 })
    .toBuffer()
    .then(addressOf, () => undefined);
}

function settingsSection(sides: readonly Side[]): Html | undefined {
  const known = sides.filter(({ config }) => config !== undefined);
  if (known.length < 2) return undefined;
  const rows = differingSettings(known.map(({ config }) => config));
  return html`<section aria-labelledby="settings">
<h2 id="settings">Settings that differ</h2>
${
  rows.length === 0
    ? html`<p>None: all were trained with the same settings.</p>`
    : html`<div class="scroll" tabindex="0" role="region" aria-label="Table of the settings">
<table class="wide">
<caption>Of the training; all others are the same</caption>
<thead><tr><th scope="col">Setting</th>${known.map(({ name }) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>
${rows.map(({ name, values }) => html`<tr><th scope="row"><code>${name}</code></th>${values.map((json) => html`<td>${json === undefined ? ABSENT : html`<code>${json}</code>`}</td>`)}</tr>\n`)}</tbody>
</table>
</div>`
}
</section>`;
}
