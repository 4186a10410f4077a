/** A network whose features count in a loss: what is read of its file, as plain data that can go to another process. */
import type { Constant, Node } from '@onnoise/tracer';

/** A file that was read, before the images are known. */
export interface FeatureFile {
  /** As the user named it, or what it was trained for. */
  name: string;
  /** SHA-256 (hex) of the file. */
  hash: string;
  bytes: Uint8Array;
  /** What its input says. */
  input: FeatureInput;
}

export interface FeatureInput {
  name: string;
  /** Whether channels come first; of a file that does not say: they do. */
  order: 'NCHW' | 'NHWC';
  /** undefined: any number of channels, so those of the images. */
  channels: 1 | 3 | undefined;
  /** undefined: any. */
  height: number | undefined;
  width: number | undefined;
  /** The images that it was written for at a time; undefined: any number. Features of more are the same. */
  batch: number | undefined;
  /** `image_range` of the file's metadata. */
  range: string | undefined;
}

/** The part of a network that gives its features, for images of one shape. */
export interface FeatureNetwork {
  input: { name: string; order: 'NCHW' | 'NHWC'; channels: number; batch: number | undefined };
  /** value = scale * image + shift, of every channel or of each, for images from -1 to 1. */
  levels: readonly { scale: number; shift: number }[];
  /** Of ONNX's operators. */
  opset: number;
  nodes: readonly Node[];
  constants: ReadonlyMap<string, Constant>;
  /** The values that are features, [N, C, h, w] each. */
  layers: readonly string[];
}

/** A layer of features, for people. */
export interface FeatureLayer {
  name: string;
  /** [C, h, w] */
  shape: readonly number[];
}
