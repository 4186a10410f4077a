/** The fields of the masks or pictures that a model is told, and of the masks that it draws. */
import { type Artefact, type ConditionImage, sizeOf } from '@onnoise/scheduler/model';
import { optional, type Schema, schemaOf } from './typed.ts';

export const TOLD_FIELDS = ['masks', 'condition_images'] as const;
export type ToldField = (typeof TOLD_FIELDS)[number];

/** The field of a model that is told something. */
export const toldField = ({ mask }: ConditionImage): ToldField => (mask ? 'masks' : 'condition_images');

/** Values of what a model is told of an image as a picture; 0: nothing. */
export const toldSize = ({ conditionImage }: Pick<Artefact, 'conditionImage'>): number =>
  conditionImage ? sizeOf(conditionImage.shape) : 0;

const MASK =
  "PNG of the model's size, gray or with a palette, whose pixels are the values that `/v1/models` has for the classes";
const PICTURE = "pictures of the model's size: PNG, JPEG, WebP, GIF, TIFF or AVIF";

export function toldFields({ maxImages }: { maxImages: number }) {
  const files = (of: string, what: string) =>
    schemaOf<string | string[] | null>({
      description: `For a model that is told ${of}: ${what}. A file in base64 or as a data URL, or several that are taken in turn. Default: none, where the model was also trained without.`,
      type: ['string', 'array', 'null'],
      minItems: 1,
      maxItems: maxImages,
      items: { type: 'string' },
    });
  return { masks: files('masks', MASK), condition_images: files('pictures', PICTURE) };
}

export const DRAWN_FIELDS = {
  return_masks: optional(
    'boolean',
    'Of a model that draws masks: give the mask of each picture, too, as a PNG file with a palette. Default: false.',
  ),
};

/** The same where a form has files; their names are the values. */
export function toldFormFields({ maxImages }: { maxImages: number }) {
  const files = (of: string, what: string) =>
    schemaOf<string | string[] | null>({
      description: `For a model that is told ${of}: ${what}; several are taken in turn. Default: none, where the model was also trained without.`,
      type: 'array',
      maxItems: maxImages,
      items: { type: 'string', format: 'binary' } satisfies Schema,
    });
  return { masks: files('masks', MASK), condition_images: files('pictures', PICTURE) };
}
