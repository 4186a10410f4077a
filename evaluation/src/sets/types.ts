/** What an evaluation is about: images, their features, measures with intervals, and the report of all. */
import type { ImageShape } from '@onnoise/scheduler/model';

export type { Estimate, Measure } from '@onnoise/scheduler/evaluation';

/** Images of one shape, in memory. */
export interface ImageSet {
  shape: ImageShape;
  count: number;
  /** [count, C, H, W] uint8. */
  pixels: Uint8Array;
  /** [count]: the class of a real image, or the one that a picture was asked for. */
  labels?: Int32Array | undefined;
  /** [count, K]: the numbers of a real image, or those that a picture was asked for. */
  conditions?: Float64Array | undefined;
  /** [count, H, W]: the mask of a real image, or the one that a picture was asked for or drawn with, as class numbers. */
  masks?: Uint8Array | undefined;
}

/** What a feature network sees in images. */
export interface Features {
  count: number;
  /** Numbers of one image. */
  width: number;
  /** [count, width] */
  values: Float32Array;
  /** The class that each image is taken for, [count]; only from a classifier. */
  classes?: Int32Array | undefined;
}

/** Turns images into features. */
export interface FeatureNetwork {
  about: FeatureNetworkInfo;
  /** @param images of the shape that the network was made for */
  extract(images: ImageSet): Promise<Features>;
  dispose(): Promise<void>;
}

/** How a report names the features that it measured in. */
export interface FeatureNetworkInfo {
  /** Trained here on the training images, or an ONNX file of the user's. */
  kind: 'classifier' | 'autoencoder' | 'file';
  /** `classifier of digits`, or the file's name. */
  name: string;
  /** SHA-256 (hex) of the ONNX file. */
  hash: string;
  width: number;
  /** Share of held-out images that a classifier names right, 0 to 1. */
  accuracy?: number | undefined;
}
