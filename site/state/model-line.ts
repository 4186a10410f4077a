/** The build's list of models: what the page knows of each before it is loaded. */

import type { MainFigure } from '@onnoise/scheduler/evaluation';
import type {
  Artefact,
  ConditionImage,
  ConditionSpec,
  Distilled,
  ImageShape,
  MaskLabels,
} from '@onnoise/scheduler/model';

/** What a model is told, what it draws beside a picture, and what is shown of it, known before it is loaded. */
export interface BesidePictures {
  /** The mask or picture that it is told of each picture. */
  conditionImage?: ConditionImage;
  /** Whether it does without one, and without other conditions. */
  nullCondition?: boolean;
  /** Of the mask that it draws with each picture. */
  maskOutput?: MaskLabels;
  /** Numbers of the channels that are drawn of its pictures, one or three; absent where these have no others. */
  shows?: readonly number[];
  /** [Z, h, w] of what its network paints, where an autoencoder makes the picture of it. */
  latents?: ImageShape;
}

/** What a model's line says of it beside the shape of its pictures. */
export const besidePictures = ({
  conditionImage,
  nullCondition,
  maskOutput,
  shows,
  latents,
}: { [Key in keyof BesidePictures]: BesidePictures[Key] | undefined }): BesidePictures => ({
  ...(conditionImage && { conditionImage }),
  ...(nullCondition && { nullCondition }),
  ...(maskOutput && { maskOutput }),
  ...(shows && { shows }),
  ...(latents && { latents }),
});

/** Of a model whose network paints latents. */
export const paintedLatents = ({
  autoencoder,
  shape,
}: Pick<Artefact, 'autoencoder' | 'shape'>): ImageShape | undefined => autoencoder && shape;

/** Network calls of a picture. Of four, on two threads of WebAssembly, a 64 × 64 picture still comes several times a second. */
const MOST_LIVE_CALLS = 4;

/** What a student that draws while sliders move can be asked for. */
export interface LiveFacts {
  /** Of the network, for a picture. */
  calls: number;
  /** Names of the classes; none for a model without. */
  classes: readonly string[];
  /** The numbers that it is told. */
  conditions: readonly ConditionSpec[];
}

/** undefined for a model of more calls, and for one that is told a drawing or a picture: those are drawn when asked. */
export function liveFacts({
  distilled,
  conditionImage,
  classes,
  classNames,
  conditions,
}: Pick<Artefact, 'distilled' | 'conditionImage' | 'classes' | 'classNames' | 'conditions'>): LiveFacts | undefined {
  if (!distilled || distilled.calls > MOST_LIVE_CALLS || conditionImage) return undefined;
  const names = Array.from({ length: classes }, (_, label) => classNames?.[label] ?? String(label));
  return { calls: distilled.calls, classes: names, conditions };
}

/** The build's line of a model; addresses are relative to the page. */
export interface ModelLine extends BesidePictures {
  /** Also the name of its folder in `models/`. */
  id: string;
  title: string;
  /** What it makes, in a few words: `28 × 28, gray, 10 classes`. */
  note: string;
  /** Of a picture, [C, H, W], without the planes of a mask. */
  shape: ImageShape;
  /** `models/<id>` */
  url: string;
  /** Of the network. */
  bytes: number;
  /** A JSON file about pictures of the kind that it makes, which it did not make; see views/game/rules/listing.ts. */
  pictures?: string;
  /** The same of pictures that whoever serves the page has given for the game, in place of those. */
  real?: string;
  /** The recorded sampling of this very network, by its key in views/sample/state/recordings.json. */
  recording?: string;
  /** Where the model says that all images of its training were synthetic phantoms. */
  trainedOn?: 'phantoms';
  /** Where the model says that it is a student, which draws in few calls. */
  distilled?: Distilled;
  /** Licence and source of the images of its training, where its training.json names them. */
  licence?: string;
  /** Of a student that draws while sliders move. */
  live?: LiveFacts;
  /** Address of masks to draw from, where the folder has some. */
  masks?: string;
  /** How good it is, where it was evaluated. */
  figures?: MainFigure[];
}
