/** The parts of a report on one model. */
import {
  type Estimate,
  type EvaluationFacts,
  formatFigure,
  formatInterval,
  formatShare,
  formatValue,
  type Measure,
} from '@onnoise/scheduler/evaluation';
import { aboutMeasure } from '../measures/index.ts';
import { classShares, MOST_CLASSES, measureStrip, rightBars } from './charts.ts';
import type { Block, Measured, Report, Section, Words } from './document.ts';
import { html } from './html.ts';
import { key } from './marks.ts';
import { imageOf, sheetOf } from './pictures.ts';
import type { ClassShares, Evaluation, MaskClass, ReportPictures } from './types.ts';
import { count, describeFeatures, describeSettings, duration, headline, realImages, wayOf } from './words.ts';

export function opening(evaluation: Evaluation): Report['opening'] {
  const { data, settings, features, notes = [] } = evaluation;
  const sampled = settings.sampler === undefined ? '' : `Sampled with ${describeSettings(settings)}; `;
  const compared = `Compared with ${realImages(data)}; all sets have ${count(settings.count)} images.`;
  return [
    { words: headline(evaluation), is: 'lede' },
    { words: `${compared} ${sampled}${sampled === '' ? 'Features' : 'features'} of ${features.name}.`, is: 'muted' },
    ...notes.map((words) => ({ words })),
  ];
}

const SETS = ['model', 'real', 'noise'] as const;

/** A card for each measure, and all numbers as a table. */
export async function measuresSection(measures: readonly Measure[]): Promise<Section> {
  const strips = await Promise.all(measures.map(measureStrip));
  return {
    title: 'Measures',
    blocks: [
      {
        words:
          'Each value stands beside two anchors at the same number of images: real ones, which are as good as a model can be, and noise, which any model should beat. Few images alone make distances large, those of real images too.',
      },
      {
        words:
          'A bar is an interval of 95 %: if you drew as many pictures again and again, 95 of 100 such bars would hold the mean of all the values. Where the bars of pictures and real images overlap, they may be equal, and so many pictures cannot tell. Four times as many halve a bar.',
      },
      key([
        ['model', 'pictures'],
        ['real', 'real images'],
        ['noise', 'noise'],
      ]),
      {
        cards: measures.map((measure, i) => {
          const near = measure.better === 'none' ? '; may equal them' : '; may equal real images';
          return {
            title: measure.name,
            value: estimateCell(measure, measure.model),
            words: `${wayOf(measure)}${overlaps(measure) ? near : ''}`,
            chart: strips[i]!,
          };
        }),
      },
      {
        table: {
          caption: 'All measures, with intervals of 95 %',
          wide: true,
          columns: ['Measure', 'Pictures', 'Real images', 'Noise'],
          rows: measures.map((measure) => [measure.name, ...SETS.map((set) => estimateCell(measure, measure[set]))]),
        },
      },
    ],
  };
}

/** Whether pictures may be as good as real images, for all that is known. */
function overlaps({ model, real }: Measure): boolean {
  if (!model.interval || !real.interval) return false;
  return model.interval[0] <= real.interval[1] && real.interval[0] <= model.interval[1];
}

/** How each is computed, and what its interval is. */
function explanations(measures: readonly Measure[]): Block[] {
  const known = measures.flatMap(({ id, name }) => {
    const about = aboutMeasure(id);
    return about ? [[name, `${about.how} Interval: ${about.interval}`] as const] : [];
  });
  return [{ heading: 'How the measures are computed' }, { facts: known, is: 'explained' }];
}

export const estimateCell = (measure: Pick<Measure, 'id'>, estimate: Estimate): Measured => ({
  value: formatFigure(measure, estimate.value),
  interval: formatInterval(measure, estimate),
});

export async function classesSection(classes: readonly ClassShares[]): Promise<Section> {
  // Where there is no room for all, the worst are what a reader looks for.
  const worst = classes.toSorted((a, b) => (a.right ?? 1) - (b.right ?? 1)).slice(0, MOST_CLASSES);
  const shown = classes.length > MOST_CLASSES ? worst : classes;
  const asked = shown.some(({ right }) => right !== undefined);
  const few = ` The charts show the ${MOST_CLASSES} worst of ${count(classes.length)}.`;
  const wanted = asked ? 'asked for' : 'real images';
  const share = (value: number | undefined) => (value === undefined ? undefined : formatShare(value));
  return {
    title: 'Classes',
    blocks: [
      { words: `As the classifier sees them.${classes.length > MOST_CLASSES ? few : ''}` },
      {
        figures: [
          ...(asked
            ? [
                {
                  title: 'Right class',
                  note: ', of the pictures that were asked for it',
                  marks: key([
                    ['bar', 'pictures'],
                    ['tick', 'real images'],
                  ]),
                  shows: await rightBars(shown),
                },
              ]
            : []),
          {
            title: 'Frequency',
            note: ', as a share of all pictures',
            marks: key([
              ['model', 'seen'],
              ['real', wanted],
            ]),
            shows: await classShares(shown),
          },
        ],
      },
      {
        table: {
          caption: 'All classes',
          columns: ['Class', asked ? 'Asked for' : 'Real images', 'Seen', 'Right', 'Right, real images'],
          rows: classes.map((each) => [each.name, ...[each.asked, each.seen, each.right, each.realRight].map(share)]),
        },
      },
    ],
  };
}

/** How well masks fit the pictures, class by class, and how large each class is. */
export function masksSection(classes: readonly MaskClass[]): Section {
  const drawn = classes.some(({ area }) => area !== undefined);
  const goal = drawn ? 'the one that the model drew with it' : 'the one that it was asked for';
  const dice = (estimate: Estimate | undefined) => estimate && estimateCell({ id: 'mask_dice' }, estimate);
  return {
    title: 'Masks',
    blocks: [
      {
        words: `A segmenter, trained on the training images and their masks, reads a mask in each picture. Dice says how well it covers ${goal}: 1 where they are the same, 0 where they share no pixel. Beside it stands the same of real images and their own masks, which shows how well the segmenter reads. A class counts in the images whose mask has it.`,
      },
      {
        table: {
          caption: 'Dice of each class, with intervals of 95 %',
          columns: ['Class', 'Pictures', 'Real images', 'Noise'],
          rows: classes.flatMap(({ name, dice: of }) => (of ? [[name, ...SETS.map((set) => dice(of[set]))]] : [])),
        },
      },
      drawn && {
        words:
          'Masks may fit their pictures and be wrong with them. So compare their areas: where the intervals are apart, the model draws a class too large or too small.',
      },
      drawn && {
        table: {
          caption: 'Area of each class, as a share of all pixels, with intervals of 95 %',
          columns: ['Class', 'Drawn masks', 'Real masks'],
          rows: classes.flatMap(({ name, area }) => (area ? [[name, areaCell(area.model), areaCell(area.real)]] : [])),
        },
      },
    ],
  };
}

/** In percent, with three digits: classes may be small. */
function areaCell({ value, interval }: Estimate): Measured {
  const percent = (share: number) => `${formatValue(100 * share)} %`;
  return { value: percent(value), interval: interval?.map(percent).join(' to ') };
}

export async function picturesSection(
  { samples, real, show }: ReportPictures,
  { data }: EvaluationFacts,
): Promise<Section> {
  const sheets = await Promise.all([sheetOf(samples, show), sheetOf(real, show)]);
  const figures = sheets.map(({ address, count: shown }, i) => {
    const title = i === 0 ? 'Pictures' : 'Real images';
    const shows = imageOf(address, `${title}, ${shown} of them in rows`);
    return { title, note: i > 0 && `, ${realImages(data)}`, shows, sheet: true };
  });
  return { title: 'Pictures', blocks: [{ words: 'The first ones of each set, none chosen.' }, { figures }] };
}

/** What drew the pictures, or where they lie. */
function originRows({ model, pictures, settings }: Evaluation): [name: string, value: Words][] {
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
function samplingRows({ settings, secondsAPicture }: Evaluation): [name: string, value: Words][] {
  const { guidance, calls = 0, device } = settings;
  if (secondsAPicture === undefined) return [];
  return [
    ['Sampling', `${describeSettings(settings)}, ${count(calls)} network calls a picture, seed ${settings.seed}`],
    ...(guidance
      ? [['Guidance', `scale ${guidance.scale} at timesteps ${guidance.interval.join(' to ')}`] as [string, Words]]
      : []),
    ['Time', `${duration(secondsAPicture)} a picture on ${device}`],
  ];
}

const readBy = ({ name, hash }: { name: string; hash: string }) => html`${name}, SHA-256 <code>${hash}</code>`;

/** Everything needed to repeat the evaluation. */
export function detailsSection(evaluation: Evaluation): Section {
  const { data, features, reader, segmenter, measures, machine, onnoise, date } = evaluation;
  const facts: [name: string, value: Words][] = [
    ...originRows(evaluation),
    [
      'Data',
      html`${data.name}, ${count(data.train)} images to train on, ${count(data.heldOut)} held out, hash <code>${data.hash}</code>`,
    ],
    ...(data.test === undefined ? [] : [['Test images', data.test] as [string, Words]]),
    ['Features', html`${describeFeatures(features)}, SHA-256 <code>${features.hash}</code>`],
    ...(reader ? [['Numbers', readBy(reader)] as [string, Words]] : []),
    ...(segmenter ? [['Masks', readBy(segmenter)] as [string, Words]] : []),
    ...samplingRows(evaluation),
    ['Measured', `${date.slice(0, 10)} by Onnoise ${onnoise}, ${machine}`],
  ];
  return { title: 'Details', blocks: [{ facts }, ...explanations(measures)] };
}
