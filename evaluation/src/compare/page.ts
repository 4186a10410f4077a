/** A comparison as one HTML file, in the look of the report. */
import { formatValue, type Measure, VERDICT_WORDS } from '@onnoise/scheduler/evaluation';
import { averageLosses, smooth } from '@onnoise/training/pictures';
import { type Figure, formatDocument, type Section } from '../report/document.ts';
import { html } from '../report/html.ts';
import { seriesKey, seriesMark } from '../report/marks.ts';
import { addressOf, imageOf } from '../report/pictures.ts';
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
  return formatDocument({
    title: `Comparison of ${names.length > 3 ? `${count(names.length)} folders` : names.join(', ')}`,
    command: 'compare',
    opening: [],
    sections: [
      overview(sides),
      await lossSection(sides),
      await measuresSection(sides),
      await picturesSection(sides),
      settingsSection(sides),
    ],
  });
}

/** Training loss at the end, smoothed; undefined without a step. */
export function finalLoss({ metrics }: Side): number | undefined {
  return smooth(averageLosses(metrics).map(({ loss }) => loss)).at(-1);
}

const value = (number: number | undefined) => (number === undefined ? undefined : formatValue(number));

function overview(sides: readonly Side[]): Section {
  const rows = sides.map((side, i) => {
    const last = side.metrics.at(-1);
    const { memorisation } = side.evaluation ?? {};
    return [
      html`${seriesMark(i)} ${side.name}`,
      side.kind,
      last && count(last.step),
      value(last && last.seconds / 60),
      value(finalLoss(side)),
      value(side.validation.at(-1)?.loss),
      memorisation && VERDICT_WORDS[memorisation.verdict],
    ];
  });
  const columns = ['Name', 'Kind', 'Steps', 'Minutes', 'Training loss', 'Held-out loss', 'Copies'];
  const caption = 'What was compared; the training loss is smoothed';
  return {
    title: 'Overview',
    blocks: [
      { table: { caption, columns, rows, texts: [1, 6], scrolls: 'Table of all folders' } },
      ...sides.map(
        ({ name, notes }) => notes.length > 0 && ({ words: `${name}: ${notes.join(' ')}`, is: 'muted' } as const),
      ),
    ],
  };
}

async function lossSection(sides: readonly Side[]): Promise<Section | undefined> {
  if (sides.every(({ metrics }) => metrics.length === 0)) return undefined;
  const figure = async (along: Along): Promise<Figure> => ({
    title: `Loss by ${along}`,
    note: ': lines of the training images, points of those held out',
    marks: seriesKey(sides.map(({ name, metrics }) => (metrics.length === 0 ? undefined : name))),
    shows: await lossLines(sides, along),
  });
  return {
    title: 'Losses',
    blocks: [
      {
        words:
          'Smoothed. Losses of different objectives, such as another prediction type or weighting, cannot be compared with each other.',
      },
      { figures: [await figure('step'), await figure('minutes')] },
    ],
  };
}

interface Row {
  side: number;
  name: string;
  measure: Measure;
}

async function measuresSection(sides: readonly Side[]): Promise<Section | undefined> {
  const evaluated = sides.flatMap(({ name, evaluation }, side) => (evaluation ? [{ side, name, evaluation }] : []));
  if (evaluated.length === 0) return undefined;
  const ids = new Set(evaluated.flatMap(({ evaluation }) => evaluation.measures.map(({ id }) => id)));
  const measured = Array.from(ids, (id): Row[] =>
    evaluated.flatMap(({ side, name, evaluation }) => {
      const measure = evaluation.measures.find((each) => each.id === id);
      return measure ? [{ side, name, measure }] : [];
    }),
  );
  const cards = measured.map(async (rows) => {
    const { measure } = rows[0]!;
    return { title: measure.name, words: wayOf(measure), chart: await measureRows(rows) };
  });
  const cellsOf = (rows: readonly Row[], set: 'model' | 'real') =>
    evaluated.map(({ side }) => {
      const row = rows.find((each) => each.side === side);
      return row && estimateCell(row.measure, row.measure[set]);
    });
  return {
    title: 'Measures',
    blocks: [
      { words: 'With intervals of 95 %. A gray tick is the same measure of real images.' },
      ...cautions(evaluated.map(({ evaluation }) => evaluation)).map((words) => ({ words, is: 'bad' }) as const),
      seriesKey(sides.map(({ name, evaluation }) => (evaluation ? name : undefined))),
      { cards: await Promise.all(cards) },
      {
        table: {
          caption: 'Pictures of each, and below them real images',
          columns: [
            'Measure',
            ...evaluated.map(
              ({ name, evaluation: { settings } }) =>
                html`${name}<br><small class="muted">${describeSettings(settings)}, ${count(settings.count)} pictures</small>`,
            ),
          ],
          rows: measured.flatMap((rows) => [
            [rows[0]!.measure.name, ...cellsOf(rows, 'model')],
            [html`<span class="muted">real images</span>`, ...cellsOf(rows, 'real')],
          ]),
          scrolls: 'Table of the measures',
        },
      },
    ],
  };
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

async function picturesSection(sides: readonly Side[]): Promise<Section | undefined> {
  const shown = sides.filter(({ sheet }) => sheet !== undefined);
  if (shown.length === 0) return undefined;
  const figures = shown.map(async ({ name, sheet }): Promise<Figure> => {
    const address = await smaller(sheet!);
    const shows =
      address === undefined ? html`<p>The sheet cannot be read.</p>` : imageOf(address, `Pictures of ${name}`);
    return { title: name, shows, sheet: true };
  });
  return {
    title: 'Pictures',
    blocks: [{ words: 'The newest sheet of each.' }, { figures: await Promise.all(figures) }],
  };
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

function settingsSection(sides: readonly Side[]): Section | undefined {
  const known = sides.filter(({ config }) => config !== undefined);
  if (known.length < 2) return undefined;
  const rows = differingSettings(known.map(({ config }) => config));
  const code = (json: string | undefined) => json && html`<code>${json}</code>`;
  return {
    title: 'Settings that differ',
    blocks: [
      rows.length === 0
        ? { words: 'None: all were trained with the same settings.' }
        : {
            table: {
              caption: 'Of the training; all others are the same',
              columns: ['Setting', ...known.map(({ name }) => name)],
              rows: rows.map(({ name, values }) => [code(name), ...values.map(code)]),
              texts: 'all',
              scrolls: 'Table of the settings',
            },
          },
    ],
  };
}
