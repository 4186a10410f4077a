/** Bytes as text, in pieces: a function takes no more than some ten thousand arguments. */

const PIECE = 8192;

export function toBase64(bytes: Uint8Array | Uint8ClampedArray): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += PIECE) text += String.fromCharCode(...bytes.subarray(at, at + PIECE));
  return btoa(text);
}

/** undefined for what is no base64. */
export function fromBase64(text: string): Uint8ClampedArray<ArrayBuffer> | undefined {
  try {
    return Uint8ClampedArray.from(atob(text), (letter) => letter.charCodeAt(0));
  } catch {
    return undefined;
  }
}
