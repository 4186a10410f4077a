/**
 * The figures in a model folder: a section of its README.md, and `evaluation.json` beside it. A new evaluation takes the
 * place of the old one. An export to the folder makes it anew, so figures of other weights do not stay.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkWritable, diskFailure, writeListed } from '@onnoise/base/files';
import { plainName } from '@onnoise/base/text';
import { evaluatedName } from '@onnoise/scheduler/evaluation';
import { MODEL_FILES } from '@onnoise/scheduler/model';
import type { Evaluation } from './types.ts';
import { describeFeatures, describeSettings, headline, realImages, searchSentence } from './words.ts';
import { EVALUATION_FILE, formatEvaluation } from './write.ts';

const HEADING = '## Evaluation';

/** Call it before the long work. @throws InputError where the card or the figures could not be written. */
export async function checkCard(modelFolder: string): Promise<void> {
  const advice = 'Or leave the model folder as it is: --no-card.';
  for (const file of [MODEL_FILES.card, EVALUATION_FILE]) {
    await checkWritable('the model card', join(modelFolder, file), 'file', advice);
  }
  await readCard(modelFolder);
}

/** Writes both files. A folder without a card gets one that has only the figures. */
export async function writeCard(evaluation: Evaluation, modelFolder: string): Promise<void> {
  const card = (await readCard(modelFolder)) ?? `# ${plainName(evaluatedName(evaluation))}\n`;
  await writeListed(modelFolder, {
    [EVALUATION_FILE]: formatEvaluation(evaluation),
    [MODEL_FILES.card]: withEvaluation(card, evaluation),
  });
}

async function readCard(modelFolder: string): Promise<string | undefined> {
  const path = join(modelFolder, MODEL_FILES.card);
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw diskFailure(error, `read ${path}`);
  });
}

/** The card with the figures in place of the section that it has, else before "## Limits", else at its end. */
export const withEvaluation = (card: string, evaluation: Evaluation): string =>
  withSection(card, evaluationSection(evaluation));

/** The card without the figures, for a copy of the model that they were not measured of. */
export const withoutEvaluation = (card: string): string => withSection(card, '');

function withSection(card: string, section: string): string {
  const lines = card.split(/\r?\n/);
  const headings = headingsOf(lines);
  const old = headings.find((line) => lines[line]!.trimEnd() === HEADING);
  const limits = headings.find((line) => lines[line]!.trimEnd() === '## Limits');
  const from = old ?? limits ?? lines.length;
  const to = old === undefined ? from : (headings.find((line) => line > old) ?? lines.length);
  const before = lines.slice(0, from).join('\n').trimEnd();
  const after = lines.slice(to).join('\n').trim();
  const text = [before, section, after].filter((part) => part !== '').join('\n\n');
  const end = card.includes('\r\n') ? '\r\n' : '\n';
  return `${text}\n`.replaceAll('\n', end);
}

/** Numbers of the lines that are headings of the first two levels; a comment in a fenced block is none. */
function headingsOf(lines: readonly string[]): number[] {
  const found: number[] = [];
  let fence: string | undefined;
  lines.forEach((line, i) => {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (fence === undefined) {
      if (mark !== undefined) fence = mark;
      else if (/^##? /.test(line)) found.push(i);
    } else if (mark?.startsWith(fence) && line.trim() === mark) fence = undefined;
  });
  return found;
}

/** Markdown: the verdict with the main figures, and what is needed to repeat it. `evaluation.json` has all measures. */
export function evaluationSection(evaluation: Evaluation): string {
  const { memorisation, notes = [], features, settings, data, date, onnoise } = evaluation;
  return [
    HEADING,
    plainName(headline(evaluation)),
    [
      `- real images: as many ${plainName(realImages(data))}`,
      ...(memorisation ? [`- copies: ${searchSentence(memorisation)}`] : []),
      ...notes.map((note) => `- note: ${plainName(note)}`),
      `- sampled with ${plainName(describeSettings(settings))}, seed ${settings.seed}`,
      `- features of ${plainName(describeFeatures(features))}, \`${features.hash}\``,
      `- ${date.slice(0, 10)}, Onnoise ${plainName(onnoise)}; all measures with their intervals in \`${EVALUATION_FILE}\``,
    ].join('\n'),
  ].join('\n\n');
}
