/** The part of a report on masks: how well they fit the pictures, class by class, and how large each class is. */
import { type Estimate, formatValue } from '@onnoise/scheduler/model';
import { type Html, html } from './html.ts';
import { estimateCell } from './sections.ts';
import type { MaskClass } from './types.ts';
import { unbroken } from './words.ts';

const SETS = ['model', 'real', 'noise'] as const;
const DICE = { id: 'mask_dice' };

export function masksSection(classes: readonly MaskClass[]): Html {
  const drawn = classes.some(({ area }) => area !== undefined);
  const goal = drawn ? 'the one that the model drew with it' : 'the one that it was asked for';
  return html`<section aria-labelledby="masks">
<h2 id="masks">Masks</h2>
<p>A segmenter, trained on the training images and their masks, reads a mask in each picture. Dice says how well it covers ${goal}: 1 where they are the same, 0 where they share no pixel. Beside it stands the same of real images and their own masks, which shows how well the segmenter reads. A class counts in the images whose mask has it.</p>
<table>
<caption>Dice of each class, with intervals of 95 %</caption>
<thead><tr><th scope="col">Class</th><th scope="col" class="n">Pictures</th><th scope="col" class="n">Real images</th><th scope="col" class="n">Noise</th></tr></thead>
<tbody>
${classes.map(({ name, dice }) => dice && html`<tr><th scope="row">${name}</th>${SETS.map((set) => diceCell(dice[set]))}</tr>\n`)}</tbody>
</table>
${drawn && areasTable(classes)}
</section>`;
}

const diceCell = (estimate: Estimate | undefined): Html =>
  estimate ? estimateCell(DICE, estimate) : html`<td class="n">–</td>`;

const areasTable = (
  classes: readonly MaskClass[],
) => html`<p>Masks may fit their pictures and be wrong with them. So compare their areas: where the intervals are apart, the model draws a class too large or too small.</p>
<table>
<caption>Area of each class, as a share of all pixels, with intervals of 95 %</caption>
<thead><tr><th scope="col">Class</th><th scope="col" class="n">Drawn masks</th><th scope="col" class="n">Real masks</th></tr></thead>
<tbody>
${classes.map(({ name, area }) => area && html`<tr><th scope="row">${name}</th>${areaCell(area.model)}${areaCell(area.real)}</tr>\n`)}</tbody>
</table>`;

/** In percent, with three digits: classes may be small. */
function areaCell({ value, interval }: Estimate): Html {
  const percent = (share: number) => `${formatValue(100 * share)} %`;
  return html`<td class="n">${unbroken(percent(value))}${interval && html`<br><small>${unbroken(interval.map(percent).join(' to '))}</small>`}</td>`;
}
