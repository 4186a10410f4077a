// @ts-check
/** A request as other programs would make it. The key is an environment variable, never in the text. */

const KEY = 'ONNOISE_API_KEY';

/**
 * @param {string} origin
 * @param {object} body
 * @param {boolean} keyed whether the server asks for a key
 */
export function asCurl(origin, body, keyed) {
  const quote = (/** @type {string} */ text) => `'${text.replaceAll("'", "'\\''")}'`;
  return [
    `curl -N ${origin}/v1/images/generations`,
    ...(keyed ? [`-H "Authorization: Bearer $${KEY}"`] : []),
    "-H 'Content-Type: application/json'",
    `-d ${quote(JSON.stringify(body, null, 2))}`,
  ].join(' \\\n  ');
}

/**
 * @param {string} origin
 * @param {object} body
 * @param {boolean} keyed whether the server asks for a key
 */
export function asProgram(origin, body, keyed) {
  const fields = Object.entries({ prompt: '', ...body }).map(([name, value]) => `  ${name}: ${JSON.stringify(value)},`);
  return `import { writeFile } from 'node:fs/promises';
import OpenAI from 'openai';

const client = new OpenAI({
  baseURL: ${JSON.stringify(`${origin}/v1`)},
  apiKey: ${keyed ? `process.env.${KEY}` : "'none'"},
});
const events = await client.images.generate({
${fields.join('\n')}
});
for await (const { type, seed, b64_json } of events) {
  if (type !== 'image_generation.completed') continue;
  await writeFile(\`\${seed}.png\`, b64_json, 'base64');
}`;
}

/**
 * Copies a text and says so on the button; selects the text if the browser forbids copying.
 * @param {Element} button
 * @param {Element} text
 */
export async function copy(button, text) {
  const name = (button.textContent ?? '').trim();
  const copied = await navigator.clipboard?.writeText(text.textContent ?? '').then(
    () => true,
    () => false,
  );
  if (!copied) getSelection()?.selectAllChildren(text);
  button.textContent = copied ? 'Copied' : 'Selected';
  setTimeout(() => (button.textContent = name), 2000);
}
