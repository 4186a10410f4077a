/** A wheel of PyPI as it is pinned. */
export interface Wheel {
  /** File name on the index. */
  file: string;
  /** Bytes of the file. */
  size: number;
  sha256: string;
  /** Bytes of what is kept of it. */
  unpacked: number;
  /** The folder that is kept, under that of the package: `tensorflow`, `nvidia/cublas`. */
  folder: string;
}
