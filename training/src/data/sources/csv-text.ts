/** The text of a CSV file, whatever program saved it. */
import { readFileSync, statSync } from 'node:fs';
import { diskReason } from '@onnoise/base/files';
import { kindOf } from '@onnoise/base/folders';
import { InputError } from '@onnoise/scheduler/rules';

/**
 * Reads UTF-8 with or without a byte order mark, UTF-16 of either order with one, and anything else as Windows-1252 (a
 * superset of Latin-1), with a note. The text has no byte order mark. Throws InputError for a file that is not text.
 */
export function readCsvText(csv: string): { text: string; notes: string[] } {
  const bytes = readBytes(csv);
  const decode = (encoding: string, fatal = false) => new TextDecoder(encoding, { fatal }).decode(bytes);
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return { text: decode('utf-16le'), notes: [] };
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return { text: decode('utf-16be'), notes: [] };
  if (bytes.subarray(0, 4).toString('latin1') === 'PK\x03\x04') refuse(csv, 'a workbook or ZIP file: save it as CSV');
  if (bytes.includes(0)) refuse(csv, 'bytes of zero: save it as UTF-8 CSV');
  try {
    return { text: decode('utf-8', true), notes: [] };
  } catch {
    const note = `${csv} is not in UTF-8 and is read as Latin-1 (Windows-1252): save it as UTF-8 if its names look wrong.`;
    return { text: decode('windows-1252'), notes: [note] };
  }
}

function readBytes(csv: string): Buffer {
  try {
    const stat = statSync(csv);
    // A pipe may be read, as in `--csv <(command)`; a device may have no end.
    if (!stat.isFile() && !stat.isFIFO()) refuse(csv, stat.isDirectory() ? 'a folder' : kindOf(stat));
    return readFileSync(csv);
  } catch (error) {
    const reason = diskReason(error);
    if (reason === undefined) throw error;
    throw new InputError(`Cannot read the CSV: csv must be a readable file, received ${csv}: ${reason}.`);
  }
}

function refuse(csv: string, what: string): never {
  throw new InputError(`Cannot read the CSV: csv must be a text file, received ${csv}, ${what}.`);
}
