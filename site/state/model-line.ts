import type { ConditionImage, Distilled, ImageShape, MainFigure, MaskLabels } from '@onnoise/scheduler/model';

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
}

/** What a model's line says of it beside the shape of its pictures. */
export const besidePictures = ({
  conditionImage,
  nullCondition,
  maskOutput,
  shows,
}: { [Key in keyof BesidePictures]: BesidePictures[Key] | undefined }): BesidePictures => ({
  ...(conditionImage && { conditionImage }),
  ...(nullCondition && { nullCondition }),
  ...(maskOutput && { maskOutput }),
  ...(shows && { shows }),
});

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
  /** Address of masks to draw from, where the folder has some. */
  masks?: string;
  /** How good it is, where it was evaluated. */
  figures?: MainFigure[];
}
