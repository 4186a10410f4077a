/** The real pictures of a game: the shipped ones, or the visitor's own, which stay on the page. */
import { InputError, refuse } from '@onnoise/scheduler/rules';
import { cutSheet, type DrawPhantom, phantomPainter } from '../../../state/phantoms.ts';
import { fitPicture, type ImageShape, type Rgba, sizeOf, toBytes } from '../../../state/picture.ts';
import { fetchFile, pixelsOf } from '../../../state/read-picture.ts';
import type { Listing } from './listing.ts';
import { PICTURES } from './plan.ts';
import { type Presentation, presentationOf } from './presentation.ts';
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
  /** How these and the model's pictures are shown. */
  presentation: Presentation;
  /** Bytes [C, H, W] of a picture, unchanged. */
  read: (index: number) => Uint8Array | Uint8ClampedArray;
  /** Where a picture is from, to follow "Real: ". */
  origin: (index: number) => string;
}

const ACTION = 'read the real pictures';

/**
 * @param url of the JSON beside the pictures
 * @throws Error if they are missing, cut off, or of another shape than the model's; phantoms are drawn in its shape
 */
export async function shippedPool(url: string, shape: ImageShape): Promise<Pool> {
  const get = (address: string) => fetchFile(address, 'the real pictures');
  const listing = (await (await get(url)).json()) as Listing;
  if (isDrawnAnew(listing, shape)) return drawnPool(listing, await phantomPainter(), shape, `${url} ${shape[1]}`);
  if (listing.sheet === undefined) {
    const plain = await get(url.replace(/\.json$/, '.bin'));
    return poolOf(listing, new Uint8Array(await plain.arrayBuffer()), shape, url);
  }
  const file = await get(new URL(listing.sheet, new URL(url, document.baseURI)).href);
  return poolOf(listing, picturesOf(await pixelsOf(await file.blob()), listing), shape, url);
}

/** The gray pictures of a sheet, one after the other. @throws InputError for a sheet of another size */
export function picturesOf({ data, width: across, height: down }: Rgba, listing: Listing): Uint8Array {
  const { count, width, height, columns = 1 } = listing;
  const wanted = `${columns * width} × ${Math.ceil(count / columns) * height}`;
  if (`${across} × ${down}` !== wanted) refuse(ACTION, 'their sheet', `${wanted} pixels`, `${across} × ${down}`);
  return cutSheet(data, { columns, count, width, height });
}

type DrawnListing = Listing & Required<Pick<Listing, 'seed' | 'firstNumber'>>;

/** Whether they are phantoms of one size, and the model's are of another. */
function isDrawnAnew(listing: Listing, [channels, height, width]: ImageShape): listing is DrawnListing {
  const { seed, firstNumber } = listing;
  if (seed === undefined || firstNumber === undefined) return false;
  return channels === 1 && height === width && height !== listing.height;
}

/** The same phantoms in another size, each drawn when it is first looked at. */
function drawnPool(listing: DrawnListing, draw: DrawPhantom, shape: ImageShape, id: string): Pool {
  const { seed, firstNumber } = listing;
  const drawn = new Map<number, Uint8Array>();
  const read = (index: number) => {
    const known = drawn.get(index) ?? draw(seed, firstNumber + index, shape[1]).pixels;
    drawn.set(index, known);
    return known;
  };
  return poolFrom(listing, read, shape, id);
}

export function poolOf(listing: Listing, bytes: Uint8Array, shape: ImageShape, id: string): Pool {
  const { count, width, height, channels = 1 } = listing;
  const wanted = shape.join(' × ');
  const received = [channels, height, width].join(' × ');
  if (received !== wanted) {
    throw new InputError(`Cannot ${ACTION}: their shape must be the model’s, ${wanted}, received ${received}.`);
  }
  const size = sizeOf(shape);
  if (bytes.length !== count * size) {
    throw new InputError(`Cannot ${ACTION}: they must be ${count * size} bytes, received ${bytes.length}.`);
  }
  return poolFrom(listing, (index) => bytes.subarray(index * size, (index + 1) * size), shape, id);
}

function poolFrom(listing: Listing, read: (index: number) => Uint8Array, shape: ImageShape, id: string): Pool {
  const { count, labels, conditions, source, notice, unseen = false } = listing;
  const phantoms = notice !== undefined && /phantom/i.test(notice);
  const terms = phantoms ? 'phantom' : 'real';
  const from = phantoms || source === undefined ? '' : ` from ${source.split(',')[0]}`;
  return {
    id,
    count,
    shape,
    ...(labels && { labels }),
    ...(conditions && { conditions }),
    own: false,
    terms,
    presentation: presentationOf(count, shape, read, terms),
    read,
    origin: (index) => {
      const which = `${phantoms ? 'phantom' : 'picture'} ${index + 1} of the ${count}${from} on this page`;
      return unseen ? `${which}, which the model never saw` : which;
    },
  };
}

/**
 * A visitor's own picture in the model's shape, as bytes.
 * @throws InputError for a model whose pictures are neither gray nor in colour
 */
export function ownPixels(image: Rgba, shape: ImageShape): Uint8ClampedArray {
  const [channels] = shape;
  if (channels !== 1 && channels !== 3) {
    refuse(ACTION, 'the model’s pictures', 'gray or in colour', `pictures of ${channels} channels`);
  }
  return toBytes(fitPicture(image, shape));
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
    presentation: presentationOf(pictures.length, shape, read),
    read,
    origin: (index) => `your picture “${pictures[index]!.name}”`,
  };
}
