/** A measurement as one HTML file, in the look of the report of an evaluation. It shows no image. */
import { plural } from '@onnoise/base/text';
import { type Html, html } from '../report/html.ts';
import { seriesKey } from '../report/marks.ts';
import { reportPage } from '../report/page.ts';
import { ARM_WORDS, ARMS, armChart, gainChart } from './charts.ts';
import type { ArmFigures, Gain, Utility, UtilityMeasure } from './types.ts';
import { between, formatFigure, gainLine, signed } from './verdict.ts';

/** The file's text. */
export async function utilityPage(utility: Utility): Promise<string> {
  const { data, synthetic, gains, limits, notes, runs } = utility;
  return reportPage(
    `Utility of ${synthetic.name}`,
    'utility',
    [
      html`<header>
<h1>Do the synthetic images of ${synthetic.name} help?</h1>
${gains.map((gain) => html`<p class="lede">${gainLine(gain)}</p>\n`)}
${gains.length === 0 && html`<p class="lede">No pair of runs is done yet: the same command goes on.</p>`}
<p class="muted">${plural(data.test, 'real test image')} of ${data.testName ?? data.name}, ${plural(synthetic.count, 'synthetic image')}. ${runs.done} of ${plural(runs.planned, 'run')} are done.</p>
</header>`,
      gains.length > 0 && (await figuresSection(utility)),
      howSection(utility),
      html`<section aria-labelledby="limits">
<h2 id="limits">What this does not show</h2>
<ul>
${limits.map((limit) => html`<li>${limit}</li>\n`)}</ul>
</section>`,
      notes.length > 0 &&
        html`<section aria-labelledby="notes">
<h2 id="notes">Notes</h2>
<ul>
${notes.map((note) => html`<li>${note}</li>\n`)}</ul>
</section>`,
    ].map((part) => part || undefined),
  );
}

async function figuresSection({ gains, syntheticAlone, measure }: Utility): Promise<Html> {
  const alone = syntheticAlone ?? undefined;
  return html`<section aria-labelledby="figures">
<h2 id="figures">Figures</h2>
<p>The ${measure.name} on real images that no network has learnt from; ${measure.better} is better. Bars are intervals of 95 %.</p>
<div class="figures">
<figure><figcaption><strong>What each learns from</strong></figcaption>
${seriesKey(ARMS.map((arm) => (arm === 'synthetic' && !alone ? undefined : ARM_WORDS[arm])))}${await armChart(gains, alone, measure)}</figure>
<figure><figcaption><strong>With synthetic images less without</strong>, of the same seeds: broad bars over seeds, thin lines over test images</figcaption>
${await gainChart(gains, measure)}</figure>
</div>
<div class="scroll" tabindex="0" role="region" aria-label="Table of the figures">
<table class="wide">
<caption>Means over seeds, with intervals of 95 %</caption>
<thead><tr><th scope="col">Real images</th><th scope="col" class="n">Real</th><th scope="col" class="n">Real and synthetic</th><th scope="col" class="n">Difference</th><th scope="col" class="n">Over test images</th><th scope="col">Verdict</th></tr></thead>
<tbody>
${gains.map((gain) => rowOf(gain, measure))}${alone && html`<tr><th scope="row">none</th><td class="n"></td>${cell(measure, alone)}<td class="n"></td><td class="n"></td><td>synthetic alone</td></tr>\n`}</tbody>
</table>
</div>
</section>`;
}

function rowOf({ count, real, both, difference, acrossImages, verdict }: Gain, measure: UtilityMeasure): Html {
  const { value, interval } = difference;
  return html`<tr><th scope="row">${count}</th>${cell(measure, real)}${cell(measure, both)}<td class="n">${signed(measure, value)}${interval && html`<br><small>${between(measure, interval)}</small>`}</td><td class="n">${acrossImages ? between(measure, acrossImages) : '–'}</td><td>${verdict}</td></tr>
`;
}

const cell = (measure: UtilityMeasure, { value, interval }: ArmFigures): Html =>
  html`<td class="n">${formatFigure(measure, value)}${interval && html`<br><small>${interval.map((end) => formatFigure(measure, end)).join(' to ')}</small>`}</td>`;

function howSection({ data, synthetic, settings, date, onnoise }: Utility): Html {
  const percent = Number((100 * settings.share).toFixed(1));
  return html`<section aria-labelledby="how">
<h2 id="how">How it was measured</h2>
<p>${plural(settings.seeds, 'seed')}: each chooses the real images of a run, classes in their shares, and the first weights of the network. All runs have the same network, ${settings.steps} steps and ${settings.batch} images a step, so that more images are not longer training. With synthetic images, ${percent} % of the images of a step are synthetic on average, however many there are.</p>
<dl class="explained">
<dt>Real images</dt><dd>${data.name}: ${data.pool} to choose from, ${settings.size} pixels, hash ${data.hash.slice(0, 12)}</dd>
<dt>Test images</dt><dd>${data.test} of ${data.testName ?? `${data.name}, held out`}${data.testGroups < data.test && `, of ${data.testGroups} patients, studies or files`}</dd>
<dt>Synthetic images</dt><dd>${synthetic.name}: ${synthetic.count}, hash ${synthetic.hash.slice(0, 12)}</dd>
<dt>Date</dt><dd>${date}, onnoise ${onnoise}</dd>
</dl>
</section>`;
}
