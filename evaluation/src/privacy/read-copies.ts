/**
 * What `pipeline evaluate` found of copies, from its evaluation.json: only of the very network and the very images that are audited,
 * since other findings would say nothing of this model.
 */
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { diskFailure } from '@onnoise/base/files';
import { formatPath } from '@onnoise/base/text';
import { readEvaluation, VERDICTS } from '@onnoise/scheduler/evaluation';
import { MODEL_FILES } from '@onnoise/scheduler/model';
import { check, InputError, integer, listOf, number, object, oneOf, text } from '@onnoise/scheduler/rules';
import { mostUnseen } from '../memorisation/unseen.ts';
import { evaluateCommand } from './command.ts';
import type { CopyFindings } from './types.ts';

export interface NamedEvaluation {
  /** The file, or its folder. */
  path: string;
  /** Whether the user named it, or asks for what is in it: then it must be there and fit. */
  needed: boolean;
}

/** What was found, and of which images. */
export interface FoundCopies {
  path: string;
  findings: CopyFindings;
  data: { name: string; hash: string };
}

/**
 * @param hash SHA-256 of the network
 * @returns undefined where there is none; a sentence where one is there and of no use
 * @throws InputError that says which it is, where one is needed
 */
export async function readCopies(
  action: string,
  { path, needed }: NamedEvaluation,
  hash: string,
): Promise<FoundCopies | string | undefined> {
  const file = await fileOf(path);
  const unfit = (rule: string, received: string): string => {
    if (needed) throw new InputError(`Cannot ${action}: --evaluation must be ${rule}, received ${received}.`);
    return `No copies were looked for: ${formatPath(file)} is ${received}.`;
  };
  const content = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw diskFailure(error, `read ${file}`);
  });
  if (content === undefined) {
    if (!needed) return undefined;
    throw new InputError(
      `Cannot ${action}: --evaluation must name what \`pipeline evaluate\` found of this model, received ${formatPath(file)}, which is not there. Evaluate the model first.`,
    );
  }
  const name = formatPath(file);
  const json = parse(content, name);
  const evaluation = readEvaluation(json, name);
  if (evaluation.model?.hash !== hash) return unfit('an evaluation of this very network', 'one of another');
  if (evaluation.memorisation === undefined) return unfit('an evaluation that looked for copies', 'one that did not');
  const { verdict } = evaluation.memorisation;
  const { date, onnoise, data } = evaluation;
  const details = readDetails((json as { memorisation: unknown }).memorisation, `read memorisation of ${name}`);
  const { sensitivity, ...others } = details;
  const findings: CopyFindings = {
    verdict,
    ...others,
    date,
    onnoise,
    hash: createHash('sha256').update(content).digest('hex'),
    unseen: verdict === 'none found' ? (mostUnseen(sensitivity, details.counts.samples) ?? null) : null,
    command: evaluateCommand(evaluation),
  };
  return { path: name, findings, data: { name: data.name, hash: data.hash } };
}

/** @throws InputError for other images than those that are audited, where one is needed @returns a sentence where it is not */
export function unlikeImages(action: string, found: FoundCopies, hash: string, needed: boolean): string | undefined {
  if (found.data.hash === hash) return undefined;
  if (needed) {
    throw new InputError(
      `Cannot ${action}: --evaluation must be of the images of --data, received one of others (${found.data.name}).`,
    );
  }
  return `No copies were looked for among these images: ${found.path} is of others.`;
}

async function fileOf(path: string): Promise<string> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  return isFolder ? join(path, MODEL_FILES.evaluation) : path;
}

function parse(content: Buffer, file: string): unknown {
  try {
    return JSON.parse(content.toString('utf8'));
  } catch (error) {
    throw new InputError(`Cannot read ${file}: it must be JSON, received ${(error as Error).message}.`);
  }
}

const WHOLE = integer(0);
const SHARE = number({ min: 0, max: 1 });

/** The details that `readEvaluation` passes over. */
function readDetails(json: unknown, action: string) {
  const given = check(action, 'it', object, json);
  check(action, 'verdict', oneOf(VERDICTS), given.verdict);
  const counts = check(action, 'counts', object, given.counts);
  const count = (key: string) => check(action, `counts.${key}`, WHOLE, counts[key]);
  return {
    reason: check(action, 'reason', text, given.reason),
    counts: { samples: count('samples'), training: count('training'), heldOut: count('heldOut') },
    tests: check(action, 'tests', listOf(object), given.tests).map(({ space, flagged, expected }) => ({
      space: check(action, 'space of a test', text, space),
      flagged: check(action, 'flagged of a test', WHOLE, flagged),
      expected: check(action, 'expected of a test', number({ min: 0 }), expected),
    })),
    sensitivity: check(action, 'sensitivity', listOf(object), given.sensitivity).map(({ copies, found }) => ({
      copies: check(action, 'copies of sensitivity', WHOLE, copies),
      found: check(action, 'found of sensitivity', SHARE, found),
    })),
  };
}
