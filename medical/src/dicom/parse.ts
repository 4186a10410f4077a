/**
 * The elements of a DICOM file (PS3.10), by dicom-parser. Sentences about a file never quote its elements: they may
 * hold what is known of a patient.
 */
import { inflateRawSync } from 'node:zlib';
import { isDicom, PREAMBLE } from '@onnoise/base/pictures';
import dicomParser, { type DataSet } from 'dicom-parser';
import { TAG } from './tags.ts';

export interface DicomFile {
  data: DataSet;
  /** UID of the transfer syntax: how elements and pixels are written. */
  syntax: string;
}

/** A deflated file may grow to this many bytes. */
const MOST_INFLATED = 2 ** 31;

/** First bytes of encrypted files: CMS and PKCS#7, OpenSSL, age, OpenPGP. */
const ENCRYPTED = [
  /^\x30[\x80-\x84]/,
  /^Salted__/,
  /^age-encryption/,
  /^-----BEGIN (PGP|CMS|PKCS7)/,
  /^[\x84\x85\xc1]/,
];

/**
 * Parses a whole file, or its beginning up to `untilTag`.
 * @throws Error with the reason why it cannot be used
 */
export function parseDicom(bytes: Uint8Array, untilTag?: string): DicomFile {
  if (!isDicom(bytes)) throw new Error(describeOther(bytes));
  const data = parse(bytes, untilTag);
  const syntax = data.string(TAG.transferSyntax)?.trim() ?? '';
  if (!/^[0-9.]+$/.test(syntax)) throw new Error('damaged: it does not say how its elements are written');
  return { data, syntax };
}

function parse(bytes: Uint8Array, untilTag: string | undefined): DataSet {
  try {
    const options = { inflater: inflate, ...(untilTag !== undefined && { untilTag }) };
    return dicomParser.parseDicom(bytes, options);
  } catch (error) {
    throw new Error(reasonOf(error));
  }
}

/** The elements of a file's beginning, which may end within one: those that are whole. */
export function parseBeginning(bytes: Uint8Array): DataSet | undefined {
  if (!isDicom(bytes)) return undefined;
  try {
    return dicomParser.parseDicom(bytes, { inflater: inflate, untilTag: TAG.pixels });
  } catch (error) {
    return (error as { dataSet?: DataSet }).dataSet;
  }
}

/** The head as it is, and what follows it inflated, as dicom-parser wants it. */
function inflate(bytes: Uint8Array, position: number): Uint8Array {
  const body = inflateRawSync(bytes.subarray(position), { maxOutputLength: MOST_INFLATED });
  return Buffer.concat([bytes.subarray(0, position), body]);
}

function describeOther(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'an empty file';
  const head = Buffer.from(bytes.subarray(0, 32)).toString('latin1');
  if (ENCRYPTED.some((pattern) => pattern.test(head))) return 'encrypted as a whole: decrypt it first';
  if (bytes.length < PREAMBLE + 4) return 'truncated: it ends within the head of a DICOM file';
  return 'no DICOM file: the letters DICM are not at byte 128; it may be encrypted, damaged or of another format';
}

/** dicom-parser throws texts, errors, and both in an object. Only what is known of them is repeated. */
function reasonOf(error: unknown): string {
  const inner = (error as { exception?: unknown }).exception ?? error;
  const text = inner instanceof Error ? inner.message : String(inner);
  if (/eof|overrun|past|beyond|buffer|length|position/i.test(text))
    return 'truncated or damaged: its elements lead beyond its end';
  if (/zlib|deflate|inflate|distance|code|header check/i.test(text)) return 'damaged: its deflated part cannot be read';
  return 'damaged: its elements cannot be read';
}
