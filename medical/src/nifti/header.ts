/**
 * The head of a NIfTI file: sizes, kind of numbers, scale and orientation. Its texts (description, names) are not read.
 * Source: nifti1.h and nifti2.h of the NIfTI Data Format Working Group (nifti.nimh.nih.gov).
 */

export interface NiftiHead {
  littleEndian: boolean;
  /** Voxels along the three stored axes; the first varies fastest. */
  size: [number, number, number];
  /** From voxel to voxel along the stored axes; 0 where the file does not say. */
  spacing: [number, number, number];
  /** Whether the file says that those are millimetres. */
  millimetres: boolean;
  /** Volumes, along time and further axes. */
  volumes: number;
  datatype: number;
  /** Where the voxels begin in the file. */
  offset: number;
  slope: number;
  intercept: number;
  /** Values to show as black and white; equal where the file does not say. */
  black: number;
  white: number;
  /** [3, 3], row by row: how far right, forwards and up a step along each stored axis leads. */
  directions: number[];
  /** [3, 4], row by row: millimetres to the right, forwards and up of a voxel, by its numbers along the stored axes. */
  affine: number[];
  /** Whether the file says how it lies in space; otherwise `affine` is nibabel's, without a place. */
  oriented: boolean;
}

interface Layout {
  dim: number;
  dimBytes: 2 | 8;
  pixdim: number;
  floatBytes: 4 | 8;
  datatype: number;
  offset: number;
  intent: number;
  slope: number;
  intercept: number;
  max: number;
  min: number;
  /** Of the byte that holds it in little endian. */
  units: number;
  qform: number;
  sform: number;
  codeBytes: 2 | 4;
  quaternion: number;
  rows: number;
}

/** Byte positions in nifti1.h and nifti2.h. */
const ONE: Layout = {
  dim: 40,
  dimBytes: 2,
  pixdim: 76,
  floatBytes: 4,
  datatype: 70,
  offset: 108,
  intent: 68,
  slope: 112,
  intercept: 116,
  units: 123,
  max: 124,
  min: 128,
  qform: 252,
  sform: 254,
  codeBytes: 2,
  quaternion: 256,
  rows: 280,
};
const TWO: Layout = {
  dim: 16,
  dimBytes: 8,
  pixdim: 104,
  floatBytes: 8,
  datatype: 12,
  offset: 168,
  intent: 504,
  slope: 176,
  intercept: 184,
  units: 500,
  max: 192,
  min: 200,
  qform: 344,
  sform: 348,
  codeBytes: 4,
  quaternion: 352,
  rows: 400,
};

/** Bytes that hold the head of either. */
export const HEAD_BYTES = 540;

/** @throws Error with the reason why the file cannot be used */
export function readNiftiHead(bytes: Uint8Array): NiftiHead {
  if (bytes.length < 348) throw new Error('truncated: it ends within the head of a NIfTI file');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const littleEndian = [348, 540].includes(view.getInt32(0, true));
  const length = view.getInt32(0, littleEndian);
  if (length !== 348 && length !== 540) throw new Error('no NIfTI file: it does not begin with the length of its head');
  if (length === 540 && bytes.length < 540) throw new Error('truncated: it ends within the head of a NIfTI file');
  const magic = Buffer.from(bytes).toString('latin1', length === 348 ? 344 : 4, length === 348 ? 347 : 7);
  if (/^ni[12]$/.test(magic)) throw new Error('its voxels are in another file (.img): join both into one .nii');
  if (magic !== (length === 348 ? 'n+1' : 'n+2')) throw new Error('no NIfTI file: it lacks the letters n+1 or n+2');
  return read(view, length === 348 ? ONE : TWO, littleEndian);
}

function read(view: DataView, at: Layout, littleEndian: boolean): NiftiHead {
  const integer = (position: number, bytes: 2 | 4 | 8) => {
    if (bytes === 2) return view.getInt16(position, littleEndian);
    return bytes === 4 ? view.getInt32(position, littleEndian) : Number(view.getBigInt64(position, littleEndian));
  };
  const float = (position: number, i = 0) => {
    const from = position + i * at.floatBytes;
    return at.floatBytes === 4 ? view.getFloat32(from, littleEndian) : view.getFloat64(from, littleEndian);
  };
  const dim = (i: number) => integer(at.dim + i * at.dimBytes, at.dimBytes);
  const axes = dim(0);
  const lengthOf = (i: number) => (i <= axes ? dim(i) : 1);
  const sizes = [1, 2, 3, 4, 5, 6, 7].map(lengthOf);
  if (axes < 2 || axes > 7 || sizes.some((side) => !(side >= 1)))
    throw new Error('damaged: its sizes are not those of a volume');
  const offset = at.floatBytes === 4 ? float(at.offset) : integer(at.offset, 8);
  if (!(offset >= view.getInt32(0, littleEndian))) throw new Error('damaged: its voxels cannot begin within its head');
  if (isMatrix(integer(at.intent, at.codeBytes))) throw new Error('a CIFTI file: a matrix or table, not a picture');
  const scale = float(at.slope);
  const spacing = [1, 2, 3].map((i) => Math.abs(float(at.pixdim, i))).map((side) => (side < Infinity ? side : 0));
  const place = placeOf(at, integer, float, spacing);
  return {
    littleEndian,
    size: sizes.slice(0, 3) as [number, number, number],
    spacing: spacing as [number, number, number],
    millimetres: (view.getUint8(at.units) & 7) === 2,
    volumes: sizes.slice(3).reduce((product, side) => product * side, 1),
    datatype: integer(at.datatype, 2),
    offset,
    slope: Number.isFinite(scale) && scale !== 0 ? scale : 1,
    intercept: Number.isFinite(scale) && scale !== 0 ? float(at.intercept) || 0 : 0,
    black: float(at.min),
    white: float(at.max),
    ...place,
  };
}

/** Radiological order, as nibabel takes it where a file does not say. */
const UNTOLD = [-1, 0, 0, 0, 1, 0, 0, 0, 1];

function placeOf(
  at: Layout,
  integer: (position: number, bytes: 2 | 4) => number,
  float: (position: number, i?: number) => number,
  spacing: readonly number[],
): Pick<NiftiHead, 'directions' | 'affine' | 'oriented'> {
  if (integer(at.sform, at.codeBytes) > 0) {
    const directions = fromRows((row, column) => float(at.rows, 4 * row + column));
    return { directions, affine: joined(directions, (row) => float(at.rows, 4 * row + 3)), oriented: true };
  }
  const oriented = integer(at.qform, at.codeBytes) > 0;
  const directions = oriented
    ? fromQuaternion(
        [0, 1, 2].map((i) => float(at.quaternion, i)),
        float(at.pixdim, 0) < 0 ? -1 : 1,
      )
    : UNTOLD;
  const scaled = directions.map((cell, i) => cell * (spacing[i % 3] || 1));
  return { directions, affine: joined(scaled, (row) => (oriented ? float(at.quaternion, 3 + row) : 0)), oriented };
}

/** [3, 3] and a column -> [3, 4] */
const joined = (directions: readonly number[], offset: (row: number) => number): number[] =>
  [0, 1, 2].flatMap((row) => [...directions.slice(3 * row, 3 * row + 3), offset(row)]);

/** Intents of CIFTI, which keeps matrices and tables about surfaces in NIfTI-2 files. Source: CIFTI-2 (nitrc.org/projects/cifti). */
const isMatrix = (intent: number): boolean => intent >= 3000 && intent < 3100;

const fromRows = (cell: (row: number, column: number) => number): number[] =>
  [0, 1, 2].flatMap((row) => [0, 1, 2].map((column) => cell(row, column)));

/** The rotation of a unit quaternion, of which b, c and d are given, with the sign of the third axis. */
function fromQuaternion(parts: number[], third: number): number[] {
  const [b, c, d] = parts as [number, number, number];
  const a = Math.sqrt(Math.max(0, 1 - (b * b + c * c + d * d)));
  return [
    ...[a * a + b * b - c * c - d * d, 2 * (b * c - a * d), third * 2 * (b * d + a * c)],
    ...[2 * (b * c + a * d), a * a + c * c - b * b - d * d, third * 2 * (c * d - a * b)],
    ...[2 * (b * d - a * c), 2 * (c * d + a * b), third * (a * a + d * d - b * b - c * c)],
  ];
}
