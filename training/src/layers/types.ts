/** Types of networks: a list of named parameters and a pure function of them; and the record of a kind of network. */
import type { ConditionImage, ConditionSpec, ImageShape, MaskLabels, SampleSize } from '@onnoise/scheduler/model';
import type { DropoutSpec } from '@onnoise/scheduler/training';
import type * as tf from '@tensorflow/tfjs';

/** How a parameter starts: constants, uniform in [-bound, bound] or normal with the given deviation. */
export type Init =
  | { kind: 'zeros' }
  | { kind: 'ones' }
  | { kind: 'uniform'; bound: number }
  | { kind: 'normal'; deviation: number };

export interface ParameterSpec {
  /** PyTorch's name, such as `down_blocks.0.resnets.0.conv1.weight`. */
  name: string;
  /** PyTorch's order: convolutions [out, in, h, w], transposed ones [in, out, h, w], linear layers [out, in]. */
  shape: number[];
  /** false for buffers (BatchNorm's running statistics): kept, exported, never given a gradient. */
  trainable: boolean;
  init: Init;
  /** Of the last layer of a residual branch, or of the network: these may start at zero. */
  closing?: true;
}

/** Keys of every network's configuration, with diffusers' names, which readers of `unet/config.json` know. */
export interface ModelConfig {
  _class_name: string;
  /** Height and width in pixels: the side of a square, or [height, width]. */
  sample_size: SampleSize;
  /** Rows of the class embedding, with the null class if there is one; null: no classes. */
  num_class_embeds: number | null;
  /** Whether the network is trained without a condition too. The last class is then the null class. */
  null_condition: boolean;
  /** The numbers that the network is conditional on, in the order of its input. */
  conditions: ConditionSpec[];
  /** The mask or picture that the network is told of each image, as `readConditionImage` takes it; null: none. */
  condition_image: object | null;
  /** `MaskLabels` of the mask that the network draws with each picture, a plane for each class after the picture's channels; null: none. */
  mask_output: object | null;
  /** Rows of the time embedding's table: T, and T + 1 for flow matching, which tells pure noise as T. */
  num_train_timesteps: number;
}

/** The tensors of a network by name, in PyTorch's order. */
export type Parameters = Record<string, tf.Tensor>;

export interface ForwardOptions {
  /** Class of every sample [N], int32; needed exactly when the network is conditional. */
  labels?: tf.Tensor1D;
  /** Of every sample [N, 2K]: K normalised values, 0 where absent, then K flags; needed exactly when there are some. */
  conditions?: tf.Tensor2D;
  /** Of every sample [N, K, H, W], see `ConditionImage`; needed exactly when the network takes one. */
  conditionImage?: tf.Tensor4D;
  /** true: BatchNorm uses the batch's statistics and updates its buffers; false: it uses the buffers. */
  training: boolean;
  /** Whether timesteps may lie between whole numbers in training too. */
  betweenTimesteps?: boolean;
  /** In training: for each of the model's `dropouts`, [N, C, H, W] of 0 and 1 / (1 - share). */
  masks?: Readonly<Record<string, tf.Tensor>>;
  /** Gets a buffer's new value during the pass, before the pass's tidy ends: hold it with `tf.keep`. */
  onBuffer?: (name: string, value: tf.Tensor) => void;
  /** Gets a feature map [N, H, W, C] of each level on the way down, and of the middle, as `onBuffer` gets its values. */
  onFeature?: (map: tf.Tensor4D) => void;
}

/** An autoencoder's two halves, pure functions as `Model.forward`. */
export interface Halves {
  /** [Z, h, w] of the latents. */
  shape: ImageShape;
  /** Images [N, C, H, W] to the distribution of their latents, each [N, Z, h, w]. */
  encode(parameters: Parameters, images: tf.Tensor4D, options: HalfOptions): Moments;
  /** Latents [N, Z, h, w] to images [N, C, H, W]. */
  decode(parameters: Parameters, latents: tf.Tensor4D, options: HalfOptions): tf.Tensor4D;
  /** Of a decoder that first takes the nearest of its codes: latents [N, Z, h, w] to those. */
  settle?(parameters: Parameters, latents: tf.Tensor4D): tf.Tensor4D;
}

/** A normal distribution for every value of the latents, each [N, Z, h, w]. */
export interface Moments {
  mean: tf.Tensor4D;
  /** From -30 to 20. */
  logVariance: tf.Tensor4D;
}

type HalfOptions = Pick<ForwardOptions, 'training'>;

export interface Model {
  /** Complete and checked; the content of `unet/config.json`. Our own keys are left out where they are off. */
  config: Omit<ModelConfig, 'null_condition' | 'conditions' | 'condition_image' | 'mask_output'>;
  /** In the order of PyTorch's `state_dict()`. */
  parameters: ParameterSpec[];
  /** Channels of the feature maps that `onFeature` gets. */
  featureWidths: readonly number[];
  /** Layers that drop values in training. */
  dropouts: DropoutSpec[];
  /** [C, H, W] of a sample: the picture's channels, then a plane for each class of `maskOutput`. */
  shape: ImageShape;
  /** Number of classes of a conditional network without the null class, null without classes. */
  classCount: number | null;
  /** Whether the network is trained without a condition too. With classes, class `classCount` is then the null class. */
  nullCondition: boolean;
  conditions: readonly ConditionSpec[];
  conditionImage?: ConditionImage;
  maskOutput?: MaskLabels;
  /** Timesteps are numbers from 0 to one less: T, and T + 1 for flow matching, which tells pure noise as T. */
  timestepCount: number;
  /** Of an autoencoder, whose `forward` gives images back from the means of their latents. */
  halves?: Halves;
  /**
   * The network's prediction, [N, C, H, W] as the sample. Pure: runs eagerly on any tfjs backend, or traced.
   *
   * @param sample [N, C, H, W]; H and W must be divisible by the network's total stride.
   * @param timestep [N], float32; in training whole numbers, without `betweenTimesteps`.
   * @throws InputError when the sample or what it is told does not suit the network.
   */
  forward(parameters: Parameters, sample: tf.Tensor4D, timestep: tf.Tensor1D, options: ForwardOptions): tf.Tensor4D;
}

/** A network's pass on NHWC samples, to whose channels those of a condition image are added; with labels and conditions if it takes them. */
export type Forward = (
  pass: ForwardOptions & { parameters: Parameters },
  sample: tf.Tensor4D,
  timestep: tf.Tensor1D,
) => tf.Tensor4D;

/** Keys under which a configuration may hold the channels of the images. */
export type ChannelKey = 'in_channels' | 'out_channels' | 'image_channels';

/** A kind of network as data: all that the rest of the project knows about it. */
export interface NetworkRecord<Config extends ModelConfig = ModelConfig> {
  className: Config['_class_name'];
  /**
   * Where `model_index.json` says that the class is: `diffusers`, if that has it, or a file of `training/python`, which is
   * written into the model folder.
   */
  library: 'diffusers' | `modeling_${string}`;
  /** Each holds the channels of the images, and more: see `besideChannels`. The first holds those of the input. */
  channelKeys: readonly [ChannelKey, ...ChannelKey[]];
  /**
   * A complete configuration, with defaults for the keys left out.
   * @throws InputError on an unknown key, a value that is not supported, or values that do not go together.
   */
  read(json: unknown): Config;
  /** Height and width must be divisible by it. */
  stride(config: Config): number;
  /** Channels of the feature maps that `onFeature` gets. */
  featureWidths(config: Config): number[];
  /**
   * Adds the parameters to the list, in the order of PyTorch's `state_dict()`, and the layers that drop values to the
   * other, and returns the pass; an autoencoder also returns its halves.
   */
  build(config: Config, parameters: ParameterSpec[], dropouts: DropoutSpec[]): { forward: Forward; halves?: Halves };
  /** Keys of the configuration that its own file does not have. Default: none. */
  unwritten?: readonly (keyof ModelConfig)[];
  /** Keys that are ours, and the values at which its file leaves them out. Default: none. */
  ours?: Readonly<Record<string, unknown>>;
  /** Whether it is only imported: nothing here trains it. Default: no. */
  imported?: true;
}
