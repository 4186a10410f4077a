/** Writes an evaluation: `evaluation.json` for programs, and `report.html`, one file that needs nothing else. */
import { join } from 'node:path';
import { writeListed } from '@onnoise/base/files';
import { evaluatedName, readEvaluation } from '@onnoise/scheduler/evaluation';
import { MODEL_FILES } from '@onnoise/scheduler/model';
import { copiesSection } from './copies.ts';
import { formatDocument } from './document.ts';
import { classesSection, detailsSection, masksSection, measuresSection, opening, picturesSection } from './sections.ts';
import type { Evaluation, ReportPictures } from './types.ts';

export const EVALUATION_FILE = MODEL_FILES.evaluation;
export const REPORT_FILE = 'report.html';

/** A list of numbers, one a line: texts have no line breaks in JSON. */
const NUMBERS = /\[(\n *-?\d[\d.e+-]*,?)+\n *\]/g;

export interface WrittenReport {
  /** Paths of the files. */
  json: string;
  html: string;
}

/**
 * Both files, in a folder that is made where it is missing.
 * @throws InputError for an evaluation that could not be read back, such as one with a number that is not finite
 */
export async function writeReport(
  evaluation: Evaluation,
  pictures: ReportPictures,
  folder: string,
): Promise<WrittenReport> {
  const written = { json: join(folder, EVALUATION_FILE), html: join(folder, REPORT_FILE) };
  const json = formatEvaluation(evaluation);
  const html = await formatReport(evaluation, pictures);
  await writeListed(folder, { [EVALUATION_FILE]: json, [REPORT_FILE]: html });
  return written;
}

/** The text of `evaluation.json`. @throws InputError as `writeReport` does */
export function formatEvaluation(evaluation: Evaluation): string {
  const json = `${JSON.stringify(evaluation, null, 2).replace(NUMBERS, (list) => list.replace(/\s+/g, ' ').replace('[ ', '[').replace(' ]', ']'))}\n`;
  readEvaluation(JSON.parse(json));
  return json;
}

/** The text of `report.html`. */
export async function formatReport(evaluation: Evaluation, pictures: ReportPictures): Promise<string> {
  const { measures, classes, masks, memorisation } = evaluation;
  const sections = [
    await measuresSection(measures),
    classes && (await classesSection(classes)),
    masks && masksSection(masks),
    memorisation && (await copiesSection(memorisation, pictures)),
    await picturesSection(pictures, evaluation),
    detailsSection(evaluation),
  ];
  const title = `Evaluation of ${evaluatedName(evaluation)}`;
  return formatDocument({ title, command: 'evaluate', opening: opening(evaluation), sections });
}
