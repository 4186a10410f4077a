import type { ImageShape, MainFigure } from '@onnoise/scheduler/model';

/** The build's line of a model; addresses are relative to the page. */
export interface ModelLine {
  /** Also the name of its folder in `models/`. */
  id: string;
  title: string;
  /** What it makes, in a few words: `28 × 28, gray, 10 classes`. */
  note: string;
  /** Of a picture, [C, H, W]. */
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
  /** Licence and source of the images of its training, where its training.json names them. */
  licence?: string;
  /** How good it is, where it was evaluated. */
  figures?: MainFigure[];
}
