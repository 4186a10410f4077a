/** Finds a file in an index of Python packages: PEP 503 (a page of links) and PEP 691 (JSON). */
import { text } from 'node:stream/consumers';
import { networkReason } from '@onnoise/base/files';
import { InputError } from '@onnoise/scheduler/rules';
import {
  decode,
  type HttpClient,
  hidePassword,
  isHttpAddress,
  networkAdvice,
  splitCredentials,
} from './http-client.ts';

export const PYPI = 'https://pypi.org/simple';

export interface Address {
  url: string;
  headers: Record<string, string>;
}

/** The index: the user's, else pip's variable, else PyPI. @throws InputError if it is not an http address */
export function chooseIndex(option: string | undefined, env = process.env): string {
  const index = option ?? (env.PIP_INDEX_URL || PYPI);
  if (!isHttpAddress(index)) {
    const name = option === undefined ? 'PIP_INDEX_URL' : '--index';
    throw new InputError(
      `Cannot read the options: ${name} must be an address as ${PYPI}, received "${hidePassword(index)}".`,
    );
  }
  return index.replace(/\/+$/, '');
}

export interface FindOptions {
  signal?: AbortSignal | undefined;
  /** Further advice if it is not found, a sentence. */
  advice?: string;
}

/** The address of a project's file. @throws InputError if the index cannot be reached or has no such file */
export async function findFile(
  http: HttpClient,
  index: string,
  project: string,
  file: string,
  { signal, advice = '' }: FindOptions = {},
): Promise<Address> {
  const { url, headers } = splitCredentials(`${index}/${project}/`);
  const refuse = (reason: string) =>
    new InputError(
      `Cannot download ${file}: ${reason}. --index names another index, as a mirror of ${PYPI}. ${advice}`.trim(),
    );
  let page: { url: string; text: string; json: boolean };
  try {
    const accept = 'application/vnd.pypi.simple.v1+json, text/html;q=0.5';
    const answer = await http.ask(url, { headers: { ...headers, accept }, signal });
    if (answer.status !== 200) {
      answer.body.destroy();
      throw refuse(`${url} answers ${answer.status}`);
    }
    const json = /json/.test(answer.headers['content-type'] ?? '');
    page = { url: answer.url, text: await text(answer.body), json };
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof InputError) throw error;
    throw refuse(`${new URL(url).host} cannot be reached, ${networkReason(error)}; ${networkAdvice()}`);
  }
  const links = (page.json ? linksInJson : linksInHtml)(page.text, file);
  if (links === undefined) throw refuse(`${url} answers with JSON that is broken or not a list of files`);
  if (links.length === 0) throw refuse(`${url} lists no such file`);
  const link = links.find((href) => isHttpAddress(href, page.url));
  if (link === undefined) throw refuse(`${url} lists it at "${links[0]}", which is not an http address`);
  const address = new URL(link, page.url);
  address.hash = '';
  // A password is only for the index.
  return { url: address.href, headers: address.origin === new URL(url).origin ? headers : {} };
}

/** The links to a file; undefined where the page is not of PEP 691. */
function linksInJson(page: string, file: string): string[] | undefined {
  let files: unknown;
  try {
    files = (JSON.parse(page) as { files?: unknown } | null)?.files;
  } catch {
    return undefined;
  }
  if (!Array.isArray(files)) return undefined;
  const entries = files as ({ filename?: unknown; url?: unknown } | null)[];
  return entries.flatMap((entry) => (entry?.filename === file && typeof entry.url === 'string' ? [entry.url] : []));
}

function linksInHtml(page: string, file: string): string[] {
  const links = [...page.matchAll(/<a\s[^>]*href\s*=\s*["']([^"']+)["']/gi)];
  const plain = links.map(([, href]) => href!.replaceAll('&amp;', '&'));
  return plain.filter((href) => decode(href.split(/[?#]/)[0]!.split('/').at(-1)!) === file);
}
