/** JSON Schemas of requests and answers; the API's description is made from them. */
import {
  DEFAULT_GUIDANCE,
  DEFAULT_SAMPLER,
  eachSamplerOption,
  LARGEST_GUIDANCE,
  MOST_RESAMPLES,
  optionsOfSampler,
  SAMPLER_NAMES,
  type SamplerOption,
  type SamplerValues,
  samplerRecord,
} from '@onnoise/scheduler';
import { type ConditionValues, USUAL_STEPS, USUAL_STRENGTH, USUAL_VARIATION } from '@onnoise/scheduler/model';
import type { CompleteOptions } from '../options/options.ts';
import { OUTPUT_FORMATS } from '../pictures/representation.ts';
import { DRAWN_FIELDS, toldFields, toldFormFields } from './told-fields.ts';
import { choice, integer, objectOf, optional, type Schema, schemaOf, type Typed, type TypeOf } from './typed.ts';

/** The most predictions to show of a forming picture. */
const MOST_PARTIALS = 10;

/** What a server allows. */
type SchemaLimits = Pick<CompleteOptions, 'maxImages' | 'maxSteps'>;

const text = (description: string): Schema => ({ type: 'string', description });
const whole = (description: string): Schema => ({ type: 'integer', description });
const object = (properties: Schema, required = Object.keys(properties)): Schema => ({
  type: 'object',
  required,
  properties,
});

/** An extension of the description that tells pages about samplers; validation ignores it. */
export const SAMPLERS_KEYWORD = 'x-samplers';

const SAMPLER = choice(`Default: ${DEFAULT_SAMPLER}.`, SAMPLER_NAMES, {
  default: DEFAULT_SAMPLER,
  [SAMPLERS_KEYWORD]: SAMPLER_NAMES.map((name) => {
    const { label, hint } = samplerRecord(name);
    return { name, label, hint, options: optionsOfSampler(name) };
  }),
});

function samplerField(option: SamplerOption): Schema {
  const { label: title, describe, default: standard } = option;
  const words = `${describe}. Default: ${standard}.`;
  if ('choices' in option) return choice(words, option.choices, { title, default: standard });
  return optional('number', words, { title, minimum: option.min, maximum: option.max, default: standard });
}

type SamplerFields = { [K in keyof SamplerValues]: Typed<SamplerValues[K] | null> };

export const samplerFields = () => eachSamplerOption((_, option) => samplerField(option)) as SamplerFields;

export const OPENAI_ERROR = object({
  error: object({
    message: text('One sentence.'),
    type: text('invalid_request_error, authentication_error, rate_limit_error or server_error'),
    param: { type: ['string', 'null'], description: 'The wrong field.' },
    code: text('An error code for programs.'),
  }),
});

export const V2_ERROR = object({ error: text('One sentence.') });

/** Error answers that any request may get, by status. */
export function failures(error: Schema, ...statuses: number[]): Schema {
  const meaning: Record<number, string> = {
    400: 'The request is wrong; the sentence says what.',
    401: 'A key is needed: `Authorization: Bearer <key>`.',
    403: 'A page of another origin sent the request, or Host is a name that this server does not know.',
    404: 'There is no such model.',
    413: 'The body is larger than this server takes.',
    414: 'The URL is too long.',
    415: 'The body is of another media type.',
    429: 'Too many requests; Retry-After says when to try again.',
    500: 'The network of the model gave NaN or infinity, or the server failed; the sentence says which.',
    507: 'The disk has no room.',
    409: 'The job is not over yet, or has failed.',
    410: 'Files of the job are gone.',
    503: 'The engine is restarting, or the server is stopping; Retry-After says when to try again.',
    504: 'The request took too long.',
  };
  return Object.fromEntries(
    statuses.map((status) => [
      status,
      { description: meaning[status], content: { 'application/json': { schema: error } } },
    ]),
  );
}

/** An operation of the Open Inference Protocol or its extensions. @param statuses of its error answers */
export function v2Schema(operationId: string, summary: string, ...statuses: number[]) {
  const schema = { type: ['object', 'array'], additionalProperties: true };
  const answer = { description: 'OK', content: { 'application/json': { schema } } };
  return { tags: ['Inference'], operationId, summary, response: { 200: answer, ...failures(V2_ERROR, ...statuses) } };
}

/** The fields that say which pictures and how, of all routes. */
export function pictureFields({ maxImages, maxSteps }: SchemaLimits) {
  const steps = Math.min(USUAL_STEPS, maxSteps);
  return {
    model: optional('string', 'Name of the model. Default: the first.', { maxLength: 64 }),
    prompt: optional(
      'string',
      'A class by its name, or by its number unless a name is a number; empty for all in turn.',
      { maxLength: 1000 },
    ),
    n: integer('Pictures. Default: 1.', 1, maxImages),
    size: optional(
      'string',
      "The model's, `28x28`, or `auto`; on a server with --resize any other, which pictures are scaled to. Default: auto.",
      { maxLength: 16 },
    ),
    response_format: choice(
      'Pictures as base64, or under an address that works for an hour and needs no key. Default: b64_json.',
      ['b64_json', 'url'],
    ),
    output_format: choice('Default: png.', OUTPUT_FORMATS),
    output_compression: integer(
      'Quality of webp and jpeg; png loses nothing. Default: webp without loss, jpeg 95.',
      0,
      100,
    ),
    background: choice("OpenAI's; pictures are opaque.", ['auto', 'opaque']),
    moderation: choice("OpenAI's; not used.", ['auto', 'low']),
    quality: choice("OpenAI's; not used: `steps` decides.", ['auto', 'low', 'medium', 'high', 'standard', 'hd']),
    style: choice("OpenAI's; not used.", ['vivid', 'natural']),
    stream: optional('boolean', 'Answer with events as pictures form. Default: false.'),
    partial_images: integer('With `stream`: predictions shown of each picture. Default: 0.', 0, MOST_PARTIALS),
    seed: integer("The first picture's; the next has seed + 1. Default: at random.", 0, Number.MAX_SAFE_INTEGER),
    steps: optional(
      'integer',
      `Steps per picture, at most the model's T. Default: ${steps}, or T - 1 if that is less.`,
      {
        minimum: 1,
        maximum: maxSteps,
        default: steps, // pages read it; no body is filled in with it
      },
    ),
    step: integer("LocalAI's name for `steps`.", 1, maxSteps),
    sampler: SAMPLER,
    ...samplerFields(),
    label: schemaOf<number | string | (number | string)[] | null>({
      description:
        'A class by its number, or as text by its name as in the prompt, or several that are taken in turn. Default: all in turn; `interpolate` needs one, or two for the first and the second half, and `variations` one.',
      type: ['integer', 'string', 'array', 'null'],
      maxLength: 1000,
      minItems: 1,
      maxItems: maxImages,
      items: { type: ['integer', 'string'], maxLength: 1000 },
    }),
    condition: schemaOf<ConditionValues | null>({
      description:
        'Values of the model\'s conditions by name, within the model\'s ranges: `{"boneage": 120}`, or several that are taken in turn. Default: none, where the model was also trained without.',
      type: ['object', 'null'],
      additionalProperties: {
        type: ['number', 'array'],
        minItems: 1,
        maxItems: maxImages,
        items: { type: 'number' },
      },
    }),
    guidance: optional(
      'number',
      `Scale of classifier-free guidance, from 0 to ${LARGEST_GUIDANCE}; 1: none. Default: ${DEFAULT_GUIDANCE}, or 1 for a model that takes none.`,
      { title: 'Guidance', minimum: 0, maximum: LARGEST_GUIDANCE },
    ),
    guidance_interval: schemaOf<[low: number, high: number] | null>({
      description: 'The timesteps that are guided, from the first to the second. Default: all.',
      type: ['array', 'null'],
      minItems: 2,
      maxItems: 2,
      items: { type: 'number', minimum: 0 },
    }),
    ...toldFields({ maxImages }),
    user: optional('string', 'Your user. Users of one key take turns; without this its connections do.', {
      maxLength: 1000,
    }),
  };
}

/** Fields of pictures that start from one. */
const START_FIELDS = {
  strength: optional(
    'number',
    `How much of the picture to paint anew: that part of the steps is made. Default: ${USUAL_STRENGTH}, or 1 where a mask says what to paint.`,
    { title: 'Strength', exclusiveMinimum: 0, maximum: 1 },
  ),
};

const MASK_FIELDS = {
  resamples: integer(
    'With a mask: make each step this many times, so that new and old fit better. Default: 1.',
    1,
    MOST_RESAMPLES,
  ),
};

const SEED_MIXES = {
  interpolate: schemaOf<[number, number] | null>({
    description: '`n` pictures from the one of the first seed to that of the second, both among them.',
    type: ['array', 'null'],
    minItems: 2,
    maxItems: 2,
    items: { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
  }),
  variations: integer('`n` pictures near the one of this seed.', 0, Number.MAX_SAFE_INTEGER),
  variation: optional(
    'number',
    `How far \`variations\` are, from 0 (the same) to 1 (any other). Default: ${USUAL_VARIATION}.`,
    {
      minimum: 0,
      maximum: 1,
    },
  ),
};

const file = (description: string) => schemaOf<unknown>({ type: 'string', format: 'binary', description });

const SAME =
  'The same seed, label, conditions, guidance, steps and sampler give the same picture, whatever else is sampled. ';
const ANSWERS =
  'With `stream`, server-sent events; with `Accept: image/png`, `image/webp` or `image/jpeg`, the picture itself, or a sheet of several.';

export function generationSchema(limits: SchemaLimits) {
  return {
    tags: ['Images'],
    operationId: 'generateImages',
    summary: 'Sample pictures',
    description: `In the shape of OpenAI's images API. ${SAME}${ANSWERS}`,
    body: objectOf({ ...pictureFields(limits), ...DRAWN_FIELDS, ...SEED_MIXES }, [], {
      examples: [{ n: 1, steps: USUAL_STEPS, seed: 7 }], // for the "try it out" page, where most fields are best left out
    }),
    response: pictureAnswers(),
  };
}

export function editSchema(limits: SchemaLimits) {
  return {
    tags: ['Images'],
    operationId: 'editImage',
    summary: 'Paint a part of a picture anew, or all of it',
    description:
      "In the shape of OpenAI's images API. Where the mask is transparent, or without a mask the picture, it is painted anew; the other " +
      `pixels stay exactly. A picture that is all opaque is painted anew as a whole, as far as \`strength\` says. ${SAME}${ANSWERS}`,
    consumes: ['multipart/form-data'],
    body: objectOf(
      {
        image: file("The picture, of the model's size. PNG, JPEG, WebP, GIF, TIFF or AVIF."),
        mask: file(
          'A picture of the same size; what is transparent in it is painted anew. The picture is opaque then.',
        ),
        ...pictureFields(limits),
        ...toldFormFields(limits),
        ...START_FIELDS,
        ...MASK_FIELDS,
        input_fidelity: choice("OpenAI's; not used: `strength` decides.", ['high', 'low']),
      },
      ['image'],
    ),
    response: pictureAnswers(),
  };
}

export function variationSchema(limits: SchemaLimits) {
  const { prompt: _, stream: __, partial_images: ___, ...fields } = pictureFields(limits);
  const image = file("The picture, opaque and of the model's size.");
  return {
    tags: ['Images'],
    operationId: 'createImageVariations',
    summary: 'Sample pictures like one',
    description: `In the shape of OpenAI's images API. ${SAME}With \`Accept: image/png\`, \`image/webp\` or \`image/jpeg\`, the picture itself, or a sheet of several.`,
    consumes: ['multipart/form-data'],
    body: objectOf({ image, ...fields, ...toldFormFields(limits), ...START_FIELDS }, ['image']),
    response: pictureAnswers({ streams: false }),
  };
}

/** The answers of all routes for pictures. */
function pictureAnswers({ streams = true } = {}) {
  const image = object(
    {
      b64_json: text('The picture, base64.'),
      url: text('Its address, for an hour.'),
      mask_b64_json: text('With `return_masks`: the mask, base64.'),
      mask_url: text('Or its address.'),
      mask_confidence: { type: 'number', description: 'How sure the classes of its pixels are, 0 to 1, on average.' },
      seed: whole('Its seed.'),
      toward: whole('The seed that its noise goes toward, if any.'),
      share: { type: 'number', description: 'How far, 0 (`seed` alone) to 1 (`toward` alone).' },
      label: whole('Its class.'),
      class_name: text('Its name.'),
      condition: {
        type: 'object',
        additionalProperties: { type: 'number' },
        description: 'The values that it was told, if any.',
      },
      guidance: { type: 'number', description: 'The scale, if it was guided.' },
      guidance_interval: {
        type: 'array',
        items: { type: 'number' },
        description: 'The timesteps that were guided.',
      },
    },
    [],
  );
  const part = (description: string) => ({ type: 'number', description });
  const always = {
    created: whole('Unix seconds.'),
    model: text('Its name.'),
    background: text('opaque'),
    output_format: text('png, webp or jpeg'),
    quality: text('auto'),
    size: text('Width x height.'),
    timings: object({
      queue: part('Seconds until the first step.'),
      steps: part('Seconds until the last picture.'),
      encoding: part('Seconds until they were encoded.'),
    }),
    usage: { type: 'object', additionalProperties: true, description: 'Pictures have no tokens: all are 0.' },
    data: { type: 'array', items: { ...image, additionalProperties: true } },
  };
  return {
    200: {
      description: 'The pictures.',
      content: {
        'application/json': {
          schema: object(
            { ...always, note: text('What to know of the pictures, such as that noise is left.') },
            Object.keys(always),
          ),
        },
        ...Object.fromEntries(
          OUTPUT_FORMATS.map((format) => [`image/${format}`, { schema: { type: 'string', format: 'binary' } }]),
        ),
        ...(streams && { 'text/event-stream': { schema: { type: 'string' } } }),
      },
    },
    ...failures(OPENAI_ERROR, 400, 401, 403, 404, 429, 500, 503, 504),
  };
}

/** The fields of `POST /v1/images/generations`, `edits` and `variations`; null counts as left out. */
export type GenerationBody = Partial<
  TypeOf<ReturnType<typeof generationSchema>['body']> &
    Omit<TypeOf<ReturnType<typeof editSchema>['body']>, 'image' | 'mask'>
>;
