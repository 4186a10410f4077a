/** A picture from a file of the visitor's, or a sentence on what the file is instead. */
import { sniff } from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';

/** Pixels. What is smaller shows nothing. */
const LEAST = 8;

/** What a file is instead of a picture: the sentence of one file, and the end of a sentence about several. */
export class NoPicture extends InputError {
  readonly received: string;

  constructor(name: string, received: string) {
    super(`Cannot read ${name}: it must be a PNG, JPEG, WebP or GIF picture, received ${received}.`);
    this.received = received;
  }
}

/** @throws NoPicture for a file that this browser does not read, and for less than 8 x 8 pixels */
export async function decodePicture(file: Blob, name: string, options: ImageBitmapOptions = {}): Promise<ImageBitmap> {
  const bitmap = await createImageBitmap(file, options).catch(() => undefined);
  if (!bitmap) throw new NoPicture(name, await whatIs(file));
  if (Math.min(bitmap.width, bitmap.height) >= LEAST) return bitmap;
  bitmap.close();
  throw new NoPicture(name, `one smaller than ${LEAST} × ${LEAST} pixels`);
}

async function whatIs(file: Blob): Promise<string> {
  const what = await sniff(file).catch(() => 'a file that cannot be read');
  switch (what) {
    case undefined:
      return 'another file';
    case 'an SVG drawing':
      return `${what}, which has no pixels: save it as PNG`;
    case 'a HEIC picture':
    case 'a TIFF picture':
      return `${what}, which this browser does not read: save it as JPEG`;
    case 'a zip archive':
    case 'a gzip archive':
    case 'a tar archive':
    case 'a 7z archive':
    case 'a rar archive':
      return `${what}: unpack it first`;
    default:
      return what.endsWith('picture') ? `${what} that was cut short or is damaged` : what;
  }
}
