/** The parts of an answer of the type multipart/related (RFC 2387), which WADO-RS sends. */

/**
 * The body of the first part, or all of an answer that has no parts.
 * @throws Error with the reason where the answer ends within the part
 */
export function firstPart(type: string, bytes: Uint8Array): Uint8Array {
  if (!/^multipart\//i.test(type.trim())) return bytes;
  const boundary = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(type);
  const name = boundary?.[1] ?? boundary?.[2];
  if (name === undefined) throw new Error('the answer does not say where its parts begin');
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const opened = buffer.indexOf(`--${name}`);
  const head = opened < 0 ? -1 : buffer.indexOf('\r\n\r\n', opened);
  const end = head < 0 ? -1 : buffer.indexOf(`\r\n--${name}`, head);
  if (end < 0) throw new Error('the answer of the server is cut short');
  return buffer.subarray(head + 4, end);
}
