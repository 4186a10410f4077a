/** A measurement as one HTML file, in the look of the report of an evaluation. It shows no image. */
import { plural } from '@onnoise/base/text';
import { formatDocument, type Measured, type Section } from '../report/document.ts';
import { seriesKey } from '../report/marks.ts';
import { ARM_WORDS, ARMS, armChart, gainChart } from './charts.ts';
import type { ArmFigures, Utility } from './types.ts';
import { between, formatFigure, gainLine, signed } from './verdict.ts';

/** The file's text. */
export async function utilityPage(utility: Utility): Promise<string> {
  const { data, synthetic, gains, limits, notes, runs } = utility;
  const counted = `${plural(data.test, 'real test image')} of ${data.testName ?? data.name}, ${plural(synthetic.count, 'synthetic image')}.`;
  const found = gains.length > 0 ? gains.map(gainLine) : ['No pair of runs is done yet: the same command goes on.'];
  return formatDocument({
    title: `Do the synthetic images of ${synthetic.name} help?`,
    command: 'utility',
    opening: [
      ...found.map((words) => ({ words, is: 'lede' }) as const),
      { words: `${counted} ${runs.done} of ${plural(runs.planned, 'run')} are done.`, is: 'muted' },
    ],
    sections: [
      gains.length > 0 && (await figuresSection(utility)),
      howSection(utility),
      { title: 'What this does not show', blocks: [{ list: limits }] },
      notes.length > 0 && { title: 'Notes', blocks: [{ list: notes }] },
    ],
  });
}

async function figuresSection({ gains, syntheticAlone, measure }: Utility): Promise<Section> {
  const alone = syntheticAlone ?? undefined;
  return {
    title: 'Figures',
    blocks: [
      {
        words: `The ${measure.name} on real images that no network has learnt from; ${measure.better} is better. Bars are intervals of 95 %.`,
      },
      {
        figures: [
          {
            title: 'What each learns from',
            marks: seriesKey(ARMS.map((arm) => (arm === 'synthetic' && !alone ? undefined : ARM_WORDS[arm]))),
            shows: await armChart(gains, alone),
          },
          {
            title: 'With synthetic images less without',
            note: ', of the same seeds: broad bars over seeds, thin lines over test images',
            shows: await gainChart(gains),
          },
        ],
      },
      {
        table: {
          caption: 'Means over seeds, with intervals of 95 %',
          columns: ['Real images', 'Real', 'Real and synthetic', 'Difference', 'Over test images', 'Verdict'],
          texts: [5],
          rows: [
            ...gains.map(({ count, real, both, difference: { value, interval }, acrossImages, verdict }) => [
              count,
              cell(real),
              cell(both),
              { value: signed(value), interval: interval && between(interval) },
              acrossImages ? between(acrossImages) : undefined,
              verdict,
            ]),
            ...(alone ? [['none', '', cell(alone), '', '', 'synthetic alone']] : []),
          ],
          scrolls: 'Table of the figures',
        },
      },
    ],
  };
}

const cell = ({ value, interval }: ArmFigures): Measured => ({
  value: formatFigure(value),
  interval: interval?.map(formatFigure).join(' to '),
});

function howSection({ data, synthetic, settings, date, onnoise }: Utility): Section {
  const percent = Number((100 * settings.share).toFixed(1));
  const grouped = data.testGroups < data.test ? `, of ${data.testGroups} patients, studies or files` : '';
  return {
    title: 'How it was measured',
    blocks: [
      {
        words: `${plural(settings.seeds, 'seed')}: each chooses the real images of a run, classes in their shares, and the first weights of the network. All runs have the same network, ${settings.steps} steps and ${settings.batch} images a step, so that more images are not longer training. With synthetic images, ${percent} % of the images of a step are synthetic on average, however many there are.`,
      },
      {
        is: 'explained',
        facts: [
          [
            'Real images',
            `${data.name}: ${data.pool} to choose from, ${settings.size} pixels, hash ${data.hash.slice(0, 12)}`,
          ],
          ['Test images', `${data.test} of ${data.testName ?? `${data.name}, held out`}${grouped}`],
          ['Synthetic images', `${synthetic.name}: ${synthetic.count}, hash ${synthetic.hash.slice(0, 12)}`],
          ['Date', `${date}, onnoise ${onnoise}`],
        ],
      },
    ],
  };
}
