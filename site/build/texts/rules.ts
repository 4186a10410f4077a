/**
 * Which strings of the page's source people read. JSX text is always read; of the rest, what stands at a place of these lists,
 * and what reads like prose. Where that is wrong, a comment right before the expression decides: `text` in it, or `no text`.
 */

/** Attributes that people read. `format` is a function that gives such a text. */
export const READ_ATTRIBUTES = new Set(
  'title label alt placeholder hint words caption unit note format aria-label aria-description aria-valuetext aria-roledescription content'.split(
    ' ',
  ),
);

/** Attributes that nobody reads, whatever they hold. `data-*`, and what `aria-*` refers to, are too. */
const TECHNICAL = new Set(
  'class style d id key for href src type role rel points transform viewBox accept icon kind value target tabIndex'.split(
    ' ',
  ),
);
export const isTechnical = (attribute: string): boolean =>
  TECHNICAL.has(attribute) ||
  attribute.startsWith('data-') ||
  (attribute.startsWith('aria-') && !READ_ATTRIBUTES.has(attribute));

/** Properties of records that people read. */
export const READ_PROPERTIES = new Set(
  'title label hint words word why question answer idea spoken seen high low sentence caption summary note unit'.split(
    ' ',
  ),
);

/** Of a paper, which is cited as it is. */
export const CITED = new Set(['title', 'authors', 'venue']);

/** Variables and functions that hold or make what people read: `WORDS`, `intervalWords`, `titleOf`. */
export const READ_NAMES = /(^|[a-z_])(words|labels?|titles?|hints?|sentence)(of)?$/i;

/** Functions whose strings are for the browser or for who reads the code. */
export const TECHNICAL_CALLS = new Set(
  'Error TypeError RangeError DOMException querySelector querySelectorAll closest matches matchMedia addEventListener removeEventListener getContext createElement createElementNS setProperty getPropertyValue setAttribute removeAttribute getAttribute includes startsWith endsWith indexOf has get replace replaceAll split supports mark measure warn error log toBlob fetchFile formatRoute linkTo'.split(
    ' ',
  ),
);

/** Elements whose content is code or a formula. */
export const FORMULAS = new Set(
  'code pre kbd samp var sub sup i math mi mn mo script style Formula Symbol Sym'.split(' '),
);

/** Units, and names that are the same in all languages. */
const NEUTRAL = new Set(
  `ms min px kB MB GB KB Onnoise WASM WebGPU WebAssembly GPU CPU ONNX PNG JPEG GIF DICOM NIfTI JSON CSV ZIP DDIM DDPM UniPC DPM SDE
  Heun Euler Eta SNR MSE MNIST GAN GANs VAE VAEs SiLU ReLU GroupNorm BatchNorm Adam AdamW Muon RGB sin cos log exp bh onnx json npx`.split(
    /\s+/,
  ),
);

/** Whether there is anything to translate: a word that is neither a unit nor a name. */
export const hasWord = (text: string): boolean =>
  (text.replaceAll(KEYS, ' ').match(/[A-Za-zÀ-ÿ]{2,}/g) ?? []).some((word) => !NEUTRAL.has(word));

/** `up_blocks.0`, `model_index.json` */
const KEYS = /\w+[._]\w[\w.]*/g;

/** Class names, selectors and values of CSS, addresses and the like. */
const CODE =
  /[{}\\]|\w=\w|;\s*$|^[.#/]|^\(|--\w|\w:\/\/|\w\[|\b\d+px\b|^[\w-]+( [\w-]*[a-z]-[\w-]+)+$|^[\w-]*[a-z]-[\w-]+( [\w-]+)+$/;

/** Two words in a row, or one that begins as a sentence does. */
export const isProse = (text: string): boolean => hasTwoWords(text) || (hasWord(text) && NAME.test(text));

/** Two words in a row, or a word beside a value: no name of a class or of a key. */
export const hasTwoWords = (text: string): boolean => hasWord(text) && !CODE.test(text) && TWO_WORDS.test(text);

const TWO_WORDS = /\p{L}{2,}[,:;.…]? +[\p{L}\d“(]|[\d)”%],? +\p{Ll}{2,}/u;
/** `Digits`, `Not yet.` */
const NAME = /^[“(]?\p{Lu}\p{Ll}+[^\w]?$/u;
