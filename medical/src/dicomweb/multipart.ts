/** The parts of an answer of the type multipart/related (RFC 2387), which WADO-RS sends. */

/** The body of the first part, or all of an answer that has no parts; undefined where the part has no end. */
export function firstPart(type: string, bytes: Uint8Array): Uint8Array | undefined {
  if (!/^multipart\//i.test(type.trim())) return bytes;
  const boundary = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(type);
  const name = boundary?.[1] ?? boundary?.[2];
  if (name === undefined) return undefined;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const opened = buffer.indexOf(`--${name}`);
  const head = opened < 0 ? -1 : buffer.indexOf('\r\n\r\n', opened);
  const end = head < 0 ? -1 : buffer.indexOf(`\r\n--${name}`, head);
  return end < 0 ? undefined : buffer.subarray(head + 4, end);
}
