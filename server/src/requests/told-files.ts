/** The masks or pictures that a request tells a model of its images: files in base64 or as data URLs in JSON, files in forms. */
import { type PictureFile, readClassMask, readPicture } from '@onnoise/runtime-node';
import type { EngineModel } from '@onnoise/runtime-node/engine';
import {
  type ConditionImage,
  type ConditionImages,
  sizeOf,
  TOLD_PICTURE,
  toldInPictures,
} from '@onnoise/scheduler/model';
import { show } from '@onnoise/scheduler/rules';
import type { FastifyRequest } from 'fastify';
import { Refusal } from '../errors/errors.ts';
import { refuseField } from './generation.ts';
import type { GenerationBody } from './schemas.ts';
import { namedFile } from './start-files.ts';
import { TOLD_FIELDS, type ToldField, toldField } from './told-fields.ts';

/** What a request tells, as files by field; a field that is left out has none. */
export type ToldFiles = Readonly<Partial<Record<ToldField, readonly PictureFile[]>>>;

/** @throws Refusal (400) for a text that is no file */
export function toldInJson(body: Pick<GenerationBody, ToldField>): ToldFiles {
  return toldBy((field) => {
    const given = body[field];
    return given == null ? undefined : [given].flat().map((text, i, all) => fileOf(field, text, nameOf(field, i, all)));
  });
}

export const toldInForm = ({ files }: Pick<FastifyRequest, 'files'>): ToldFiles =>
  toldBy((field) => files.get(field)?.map((bytes, i, all) => ({ bytes, name: nameOf(field, i, all) })));

const toldBy = (filesOf: (field: ToldField) => PictureFile[] | undefined): ToldFiles =>
  Object.fromEntries(TOLD_FIELDS.map((field) => [field, filesOf(field)]));

const nameOf = (field: ToldField, i: number, { length }: readonly unknown[]) =>
  length === 1 ? field : `${field}[${i}]`;

const DATA_URL = /^data:[^,]*;base64,/;

function fileOf(param: ToldField, text: string, name: string): PictureFile {
  const data = text.replace(DATA_URL, '');
  const bytes = Buffer.from(data, 'base64');
  if (data !== '' && bytes.toString('base64') === data) return { bytes, name };
  const message = `Cannot sample images: ${name} must be a file in base64, or a data URL with one, received ${show(text)}.`;
  throw new Refusal(400, 'invalid_value', message, { param });
}

/** Bytes of a pixel's class or value, read by itself and then among the others. */
const BYTES_A_CLASS = 2;
const BYTES_A_VALUE = 8;

/**
 * What files take up once they are read: a small file may hold a large mask.
 * @param encoded whether all are kept as the network takes them, too
 */
export function bytesOfTold(
  files: ToldFiles,
  model: Pick<EngineModel, 'conditionImage' | 'autoencoder'>,
  { encoded }: { encoded: boolean },
): number {
  const spec = toldInPictures(model);
  if (spec === undefined) return 0;
  const count = files[toldField(spec)]?.length ?? 0;
  const [, height, width] = spec.shape;
  const values = sizeOf(spec.shape);
  const read = spec.mask ? height * width * BYTES_A_CLASS : values * BYTES_A_VALUE;
  return count * (read + (encoded && spec.mask ? values * Float32Array.BYTES_PER_ELEMENT : 0));
}

/**
 * What the library takes.
 * @returns undefined where nothing is told
 * @throws Refusal (400) for what the model does not take, and for files that are no such masks or pictures
 */
export async function readTold(
  files: ToldFiles,
  model: Pick<EngineModel, 'conditionImage' | 'autoencoder'>,
): Promise<ConditionImages | undefined> {
  const spec = toldInPictures(model);
  const wanted = spec && toldField(spec);
  for (const field of TOLD_FIELDS) {
    const count = files[field]?.length;
    if (field === wanted || count === undefined) continue;
    const takes = wanted === undefined ? 'this model takes none' : `this model takes ${wanted}`;
    refuseField(field, `left out, ${takes}`, count === 1 ? 'a file' : `${count} files`);
  }
  const given = wanted && files[wanted];
  if (spec === undefined || given === undefined) return undefined;
  const read: ConditionImages[] = [];
  for (const file of given) read.push(await namedFile(wanted!, () => readOne(file, spec)));
  const all = new (spec.mask ? Uint8Array : Float32Array)(read.length * read[0]!.length);
  for (const [i, one] of read.entries()) all.set(one, i * one.length);
  return all;
}

const readOne = (file: PictureFile, spec: ConditionImage): Promise<ConditionImages> =>
  spec.mask
    ? readClassMask('sample images', file, { ...spec, mask: spec.mask })
    : readPicture({ ...file, use: TOLD_PICTURE }, spec.shape);
