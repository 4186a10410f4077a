/** Pictures in [-1, 1] as bytes to show: clamp((v + 1) * 127.5), as in Node. */
export function toBytes(images: Float32Array): Uint8ClampedArray<ArrayBuffer> {
  const bytes = new Uint8ClampedArray(images.length); // rounds and clamps
  for (let i = 0; i < images.length; i++) bytes[i] = (images[i]! + 1) * 127.5;
  return bytes;
}
