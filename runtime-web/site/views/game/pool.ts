/** The real pictures of a game: the shipped ones, or the visitor's own, which stay on the page. */
import { InputError } from '@onnoise/scheduler';
import { type Rgba, squarePicture } from '../../state/picture.ts';
import { type ImageShape, sizeOf, toBytes } from '../../state/pixels.ts';
import { PICTURES } from './plan.ts';
import { type Presentation, presentationOf } from './presentation.ts';

export interface Pool {
  /** Unique for each pool. */
  id: string;
  count: number;
  shape: ImageShape;
  /** One per picture, if known. */
  labels?: readonly number[];
  /** How these and the model's pictures are shown. */
  presentation: Presentation;
  /** Bytes [C, H, W] of a picture, unchanged. */
  read: (index: number) => Uint8Array | Uint8ClampedArray;
  /** Where a picture is from, to follow "Real: ". */
  origin: (index: number) => string;
}

interface Listing {
  count: number;
  width: number;
  height: number;
  labels: number[];
  source: string;
}

const ACTION = 'read the real pictures';

/**
 * @param url of the JSON beside the pictures
 * @throws InputError if they are missing, cut off, or of another shape than the model's
 */
export async function shippedPool(url: string, shape: ImageShape, signal?: AbortSignal): Promise<Pool> {
  const get = async (address: string) => {
    const response = await fetch(address, signal && { signal });
    if (response.ok) return response;
    throw new InputError(`Cannot ${ACTION}: ${address} must be there, received status ${response.status}.`);
  };
  const [listing, bytes] = await Promise.all([
    get(url).then((response) => response.json() as Promise<Listing>),
    get(url.replace(/\.json$/, '.bin')).then(async (response) => new Uint8Array(await response.arrayBuffer())),
  ]);
  return poolOf(listing, bytes, shape, url);
}

export function poolOf(listing: Listing, bytes: Uint8Array, shape: ImageShape, id: string): Pool {
  const { count, width, height, labels, source } = listing;
  const wanted = shape.join(' × ');
  if (shape[0] !== 1 || shape[1] !== height || shape[2] !== width) {
    throw new InputError(
      `Cannot ${ACTION}: their shape must be the model’s, ${wanted}, received 1 × ${height} × ${width}.`,
    );
  }
  const size = sizeOf(shape);
  if (bytes.length !== count * size) {
    throw new InputError(`Cannot ${ACTION}: they must be ${count * size} bytes, received ${bytes.length}.`);
  }
  const [name] = source.split(',');
  const read = (index: number) => bytes.subarray(index * size, (index + 1) * size);
  return {
    id,
    count,
    shape,
    labels,
    presentation: presentationOf(count, shape, read),
    read,
    origin: (index) => `picture ${index + 1} of the ${count} from ${name} on this page`,
  };
}

/**
 * A visitor's own picture in the model's shape, as bytes: the middle square, each new pixel the mean of what it covers.
 * @throws InputError for a model that is not square
 */
export function fitPicture(image: Rgba, shape: ImageShape): Uint8ClampedArray {
  const [channels, height, width] = shape;
  if (height !== width || (channels !== 1 && channels !== 3)) {
    const received = shape.join(' × ');
    throw new InputError(
      `Cannot ${ACTION}: the model must make square pictures, gray or in colour, received ${received}.`,
    );
  }
  return toBytes(squarePicture(image, channels === 1, '', width).x0);
}

let made = 0;

/** @throws InputError for fewer than a round deals */
export function ownPool(pictures: readonly { name: string; pixels: Uint8ClampedArray }[], shape: ImageShape): Pool {
  if (pictures.length < PICTURES) {
    throw new InputError(
      `Cannot ${ACTION}: pictures must be at least ${PICTURES} that this browser can show, received ${pictures.length}.`,
    );
  }
  made++;
  const read = (index: number) => pictures[index]!.pixels;
  return {
    id: `own-${made}-${Date.now()}`, // also unlike those before a reload
    count: pictures.length,
    shape,
    presentation: presentationOf(pictures.length, shape, read),
    read,
    origin: (index) => `your picture “${pictures[index]!.name}”`,
  };
}
