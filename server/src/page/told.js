// @ts-check
/** The masks or pictures that a model is told of its pictures: files of the visitor. */

/** @typedef {'masks' | 'condition_images'} Field of a request */

/** @typedef {{ name: string, data: string }} ToldFile data: a URL that holds the file */

/**
 * What the field asks for; undefined for a model that is told nothing.
 * @param {import('./api.js').Model} model
 */
export function asksFor({ masks, condition_images: pictures, size }) {
  const pixels = `${size.replace('x', ' × ')} pixels`;
  if (masks) {
    const values = masks.classes.map((name, i) => `${masks.values[i]} ${name}`).join(', ');
    const hint = `PNG of ${pixels} with the values ${values}. Pictures take several in turn.`;
    return { field: /** @type {Field} */ ('masks'), label: 'Masks', hint, accept: 'image/png', ...masks };
  }
  if (!pictures) return undefined;
  const hint = `In the proportions of ${pixels}. Pictures take several in turn.`;
  return {
    field: /** @type {Field} */ ('condition_images'),
    label: 'From pictures',
    hint,
    accept: 'image/*',
    ...pictures,
  };
}

/**
 * @param {Iterable<File>} files
 * @returns {Promise<ToldFile[]>}
 */
export const readFiles = (files) => Promise.all(Array.from(files, readOne));

/**
 * @param {File} file
 * @returns {Promise<ToldFile>}
 */
function readOne(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve({ name: file.name, data: String(reader.result) });
    reader.onerror = () => reject(new Error(`${file.name} cannot be read.`));
    reader.readAsDataURL(file);
  });
}
