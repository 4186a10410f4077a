/** UIDs that need no registration: 2.25 and a UUID as a whole number. Source: DICOM PS3.5 B.2; RFC 9562 5.8. */
import { createHash } from 'node:crypto';

/** A UID that is a function of its parts. @param parts whose hash it is */
export function uidOf(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  const uuid = hash.digest().subarray(0, 16);
  uuid[6] = 0x80 | (uuid[6]! & 0x0f); // version 8: made as its maker likes
  uuid[8] = 0x80 | (uuid[8]! & 0x3f);
  return `2.25.${BigInt(`0x${uuid.toString('hex')}`)}`;
}

/** The SOP class of images that no device took. Source: PS3.4 B.5. */
export const SECONDARY_CAPTURE = '1.2.840.10008.5.1.4.1.1.7';
