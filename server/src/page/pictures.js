// @ts-check
/** The pictures of a request: they form, finish, and can be saved. */

/** The least width of a picture for `n` of them, in CSS pixels. */
const widthFor = (/** @type {number} */ n) => (n === 1 ? 288 : n <= 4 ? 160 : 104);

/**
 * @param {HTMLElement} list
 * @param {HTMLProgressElement} progress
 */
export function createPictures(list, progress) {
  /** @type {ReturnType<typeof createPicture>[]} */
  let pictures = [];
  let name = '';
  return {
    get finished() {
      return pictures.filter(({ done }) => done).length;
    },

    /**
     * @param {import('./api.js').Model} model
     * @param {{ n: number, seed: number }} body
     */
    start(model, { n, seed }) {
      name = model.id;
      const [width = 1, height = 1] = model.size.split('x').map(Number);
      pictures = Array.from({ length: n }, (_, i) => createPicture({ width, height, seed: seed + i }));
      list.replaceChildren(...pictures.map(({ item }) => item));
      list.style.setProperty('--width', `${Math.max(widthFor(n), Math.min(width, 256))}px`);
      list.hidden = false;
      Object.assign(progress, { max: n, value: 0, hidden: false });
    },

    /** @param {import('./api.js').Forming | import('./api.js').Completed} event */
    show(event) {
      const picture = pictures[event.index];
      if (!picture) return;
      if (event.type === 'image_generation.completed') picture.finish(name, event);
      else picture.form(event);
      progress.value = pictures.reduce((sum, { done, part }) => sum + (done ? 1 : part), 0);
    },

    /** Removes pictures that have not started. */
    end() {
      progress.hidden = true;
      for (const { item, done } of pictures) item.classList.toggle('unfinished', !done);
      list.hidden = pictures.every(({ done, part }) => !done && part === 0);
    },
  };
}

/** One transparent pixel, until there is more to see. */
const NOTHING = 'data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==';

/** @param {{ width: number, height: number, seed: number }} options */
function createPicture({ width, height, seed }) {
  const image = document.createElement('img');
  Object.assign(image, { width, height, src: NOTHING, alt: `Seed ${seed}, not started` });
  const caption = Object.assign(document.createElement('span'), { textContent: `seed ${seed}` });
  const item = document.createElement('li');
  item.append(image, caption);
  return {
    item,
    /** Of its network calls, those made. */
    part: 0,
    done: false,

    /** @param {import('./api.js').Forming} event */
    form({ b64_json, step, steps }) {
      this.part = step / steps;
      image.src = `data:image/png;base64,${b64_json}`;
      image.alt = `Seed ${seed} after ${step} of ${steps} network calls`;
    },

    /**
     * @param {string} model
     * @param {import('./api.js').Completed} event
     */
    finish(model, { b64_json, seed, label, class_name: name = label?.toString() }) {
      this.done = true;
      const href = `data:image/png;base64,${b64_json}`;
      const what = name === undefined ? `seed ${seed}` : `${name}, seed ${seed}`;
      Object.assign(image, { src: href, alt: what });
      const save = document.createElement('a');
      Object.assign(save, { href, download: `${model}-seed-${seed}.png`, textContent: 'Save', title: `Save ${what}` });
      save.setAttribute('aria-label', `Save ${what}`);
      caption.textContent = what;
      item.append(save);
    },
  };
}
