/** The real pictures of a game: the shipped ones, or the visitor's own, which stay on the page. */
import { InputError, refuse } from '@onnoise/scheduler';
import { cutSheet } from '../../state/phantoms.ts';
import { type Rgba, squarePicture } from '../../state/picture.ts';
import { type ImageShape, sizeOf, toBytes } from '../../state/pixels.ts';
import { PICTURES } from './plan.ts';
import { type Presentation, presentationOf } from './presentation.ts';
import { readPixels } from './read-pixels.ts';
import type { Subject } from './subject.ts';
import type { TermsName } from './terms.ts';

export interface Pool {
  /** Unique for each pool. */
  id: string;
  count: number;
  shape: ImageShape;
  /** One per picture, if known. */
  labels?: readonly number[];
  /** Numbers by name, one per picture, if known. */
  conditions?: Readonly<Record<string, readonly number[]>>;
  /** What these and the model's pictures are called. */
  terms: TermsName;
  /** True for a visitor's own: a link cannot deal them to others. */
  own: boolean;
  /** What they show, which decides what is measured in them. */
  subject: Subject;
  /** How these and the model's pictures are shown. */
  presentation: Presentation;
  /** Bytes [C, H, W] of a picture, unchanged. */
  read: (index: number) => Uint8Array | Uint8ClampedArray;
  /** Where a picture is from, to follow "Real: ". */
  origin: (index: number) => string;
}

/** The JSON beside shipped pictures. */
export interface Listing {
  count: number;
  width: number;
  height: number;
  labels: number[];
  conditions?: Record<string, number[]>;
  source: string;
  /** Of one PNG that has all pictures in rows, beside the JSON; else their bytes are in the `.bin` of the same name. */
  sheet?: string;
  /** Pictures in a row of the sheet. */
  columns?: number;
  /** Says that the pictures are phantoms, where they are. */
  notice?: string;
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
  const listing = (await get(url).then((response) => response.json())) as Listing;
  if (listing.sheet === undefined) {
    const plain = await get(url.replace(/\.json$/, '.bin'));
    return poolOf(listing, new Uint8Array(await plain.arrayBuffer()), shape, url);
  }
  const sheet = await readPixels(await (await get(new URL(listing.sheet, url).href)).blob(), listing.sheet);
  return poolOf(listing, picturesOf(sheet, listing), shape, url);
}

/** The gray pictures of a sheet, one after the other. @throws InputError for a sheet of another size */
export function picturesOf({ data, width: across, height: down }: Rgba, listing: Listing): Uint8Array {
  const { count, width, height, columns = 1 } = listing;
  const wanted = `${columns * width} × ${Math.ceil(count / columns) * height}`;
  if (`${across} × ${down}` !== wanted) refuse(ACTION, 'their sheet', `${wanted} pixels`, `${across} × ${down}`);
  return cutSheet(data, { columns, count, width, height });
}

export function poolOf(listing: Listing, bytes: Uint8Array, shape: ImageShape, id: string): Pool {
  const { count, width, height, labels, conditions, source, notice } = listing;
  const phantoms = notice !== undefined && /phantom/i.test(notice);
  const subject = phantoms ? 'hand' : 'drawing';
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
    ...(conditions && { conditions }),
    own: false,
    terms: phantoms ? 'phantom' : 'real',
    subject,
    presentation: presentationOf(count, shape, read, subject),
    read,
    origin: (index) =>
      phantoms
        ? `phantom ${index + 1} of the ${count} on this page, which the model never saw`
        : `picture ${index + 1} of the ${count} from ${name} on this page`,
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
    own: true,
    terms: 'real',
    subject: 'drawing',
    presentation: presentationOf(pictures.length, shape, read),
    read,
    origin: (index) => `your picture “${pictures[index]!.name}”`,
  };
}
