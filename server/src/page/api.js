// @ts-check
/** The page's requests to the server. Errors are the server's sentences. */

/**
 * @typedef {{ name: string, min: number, max: number, mean: number, required: boolean }} Condition
 * @typedef {{ id: string, size: string, classes: number, class_names?: string[], trained_on?: 'phantoms', timesteps: number, device: string,
 *   guidance: number | null, conditions: Condition[], distilled?: { calls: number, guidance: number },
 *   masks: { classes: string[], values: number[], required: boolean } | null,
 *   condition_images: { channels: number, required: boolean } | null }} Model a guidance of null: it takes none
 * @typedef {{ name: string, label: string, hint: string, options: string[] }} Sampler
 * @typedef {{ name: string, title: string, minimum: number, maximum: number, default: number }} NumberOption
 * @typedef {{ name: string, title: string, enum: (string | null)[], default: string }} ChoiceOption
 * @typedef {NumberOption | ChoiceOption} SamplerOption
 * @typedef {{ n: number, steps: number, usualSteps: number, sampler: string, samplers: Sampler[], options: SamplerOption[],
 *   guidance: number }} Limits
 * @typedef {{ type: 'image_generation.partial_image', index: number, step: number, steps: number, b64_json: string,
 *   note?: string }} Forming
 * @typedef {{ type: 'image_generation.completed', index: number, b64_json: string, seed: number, label?: number,
 *   class_name?: string, note?: string }} Completed
 */

export class ApiError extends Error {
  /**
   * @param {string} message
   * @param {{ status?: number, retryAfter?: number }} [details] seconds
   */
  constructor(message, { status = 0, retryAfter = 0 } = {}) {
    super(message);
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

/**
 * @param {string} path
 * @param {{ key: string, body?: object, signal?: AbortSignal }} options an empty key is none
 */
async function ask(path, { key, body, signal }) {
  /** @type {Record<string, string>} */
  const headers = key === '' ? {} : { authorization: `Bearer ${key}` };
  /** @type {RequestInit} */
  const init = { headers };
  if (signal) init.signal = signal;
  if (body) {
    headers['content-type'] = 'application/json';
    Object.assign(init, { method: 'POST', body: JSON.stringify(body) });
  }
  const response = await fetch(path, init).catch((error) => {
    throw error.name === 'AbortError' ? error : new ApiError('The server cannot be reached.');
  });
  if (response.ok) return response;
  const { error } = await response.json().catch(() => ({}));
  throw new ApiError(error?.message ?? `The server answered with status ${response.status}.`, {
    status: response.status,
    retryAfter: Number(response.headers.get('retry-after')) || 0,
  });
}

/**
 * @param {string} key
 * @returns {Promise<Model[]>}
 */
export async function listModels(key) {
  return (await (await ask('./v1/models', { key })).json()).data;
}

/**
 * The limits of a request and the samplers, from the server's own description.
 * @returns {Promise<Limits>}
 */
export async function readLimits() {
  const { paths } = await (await ask('./openapi.json', { key: '' })).json();
  const { schema } = paths['/v1/images/generations'].post.requestBody.content['application/json'];
  const { n, steps, sampler, guidance } = schema.properties;
  /** @type {Sampler[]} */
  const samplers = sampler['x-samplers'];
  const names = new Set(samplers.flatMap(({ options }) => options));
  const options = Array.from(names, (name) => ({ name, ...schema.properties[name] }));
  const most = { n: n.maximum, steps: steps.maximum, guidance: guidance.maximum };
  return { ...most, usualSteps: steps.default, sampler: sampler.default, samplers, options };
}

/**
 * Pictures as they form.
 * @param {object} body
 * @param {{ key: string, signal: AbortSignal }} options
 * @returns {AsyncGenerator<Forming | Completed>}
 */
export async function* generate(body, options) {
  const response = await ask('./v1/images/generations', { ...options, body });
  for await (const event of readEvents(/** @type {ReadableStream<Uint8Array>} */ (response.body))) {
    if (event.type === 'error') throw new ApiError(event.error.message);
    yield event;
  }
}

/**
 * The data of server-sent events, each of them JSON.
 * @param {ReadableStream<Uint8Array>} stream
 */
async function* readEvents(stream) {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let text = '';
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((error) => {
        throw error.name === 'AbortError' ? error : new ApiError('The connection broke off.');
      });
      if (done) return;
      const events = (text + decoder.decode(value, { stream: true })).split('\n\n');
      text = /** @type {string} */ (events.pop());
      for (const event of events) {
        const data = /^data: (.*)$/m.exec(event); // this server's data is one line; comments have none
        if (data?.[1]) yield JSON.parse(data[1]);
      }
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}
