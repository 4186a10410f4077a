/** An evaluation in words, on the terminal. */

import { formatDuration, formatNumber, formatPath, oneLine, plural } from '@onnoise/base/text';
import type { Evaluation, WrittenReport } from '@onnoise/evaluation';
import { describeSettings } from '@onnoise/evaluation/options';
import {
  evaluatedName,
  formatFigure,
  formatInterval,
  formatShare,
  type Measure,
  VERDICT_WORDS,
} from '@onnoise/scheduler/evaluation';

/** Lines: what was measured, a table of the measures with their anchors, copies, and where the files are. */
export function describeEvaluation(evaluation: Evaluation, files: WrittenReport & { card?: string }): string[] {
  const { data, features, settings, measures, memorisation, secondsAPicture } = evaluation;
  const { accuracy } = features;
  const sure = accuracy === undefined ? '' : `, ${formatShare(accuracy)} right on images held out`;
  return [
    `${plural(settings.count, 'picture')} of ${evaluatedName(evaluation)}: ${describeSettings(settings, [])}${secondsAPicture === undefined ? '' : `, ${formatSeconds(secondsAPicture)} a picture`}`,
    `Real images: ${settings.count} of the ${data.heldOut} of ${data.test ?? `${data.name} that training held out`}`,
    `Features: ${features.name}, ${plural(features.width, 'number')} an image${sure}`,
    '',
    ...table([['', 'pictures', '', 'real', 'noise'], ...measures.map(measureRow)]),
    '',
    ...(memorisation ? [`Memorisation: ${VERDICT_WORDS[memorisation.verdict]}. ${memorisation.reason}`] : []),
    '',
    `Report: ${formatPath(files.html)}, figures: ${formatPath(files.json)}`,
    ...(files.card === undefined ? [] : [`Model card: ${formatPath(files.card)}`]),
  ].map(oneLine);
}

/** `18.2`, `(17.4 to 19.1)`, and the anchors without their intervals. */
function measureRow(measure: Measure): string[] {
  const { name, model, real, noise } = measure;
  const interval = formatInterval(measure, model);
  return [
    name,
    formatFigure(measure, model.value),
    interval === undefined ? '' : `(${interval})`,
    formatFigure(measure, real.value),
    formatFigure(measure, noise.value),
  ];
}

const formatSeconds = (seconds: number): string =>
  seconds < 0.95 ? `${formatNumber(1000 * seconds)} ms` : formatDuration(seconds);

/** Columns side by side: the first to the left, the others to the right. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join('  ')
      .trimEnd(),
  );
}

/** What programs are told as it is. */
const TOLD = [
  'model',
  'pictures',
  'data',
  'features',
  'settings',
  'measures',
  'masks',
  'notes',
  'secondsAPicture',
] as const satisfies readonly (keyof Evaluation)[];

/** The same for programs. */
export function summariseEvaluation(
  evaluation: Evaluation,
  files: WrittenReport & { card?: string },
  seconds: number,
): object {
  const { memorisation } = evaluation;
  const copies = memorisation && {
    verdict: memorisation.verdict,
    reason: memorisation.reason,
    pValue: memorisation.pValue,
    flagged: memorisation.flagged.length,
  };
  const told = Object.fromEntries(TOLD.map((name) => [name, evaluation[name]]));
  return { files, ...told, memorisation: copies, seconds };
}
