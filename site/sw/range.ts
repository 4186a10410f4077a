/** A part of a stored file, as a `Range` header asks for it. Source: RFC 9110, section 14. */

/**
 * First and last byte; `outside` if the range lies outside the file; undefined if the header is not one plain range,
 * which a server may answer with the whole file.
 */
export function parseRange(header: string, size: number): { first: number; last: number } | 'outside' | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header.trim());
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  const [, from = '', to = ''] = match;
  const first = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const last = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (from !== '' && to !== '' && Number(to) < first) return undefined;
  return first < size && first <= last ? { first, last } : 'outside';
}

/** Answers a `Range` header from the whole file: 206, 416, or the whole. */
export async function partOf(whole: Response, header: string): Promise<Response> {
  const body = await whole.blob();
  const range = parseRange(header, body.size);
  const headers = new Headers(whole.headers);
  if (range === undefined) return new Response(body, { headers });
  if (range === 'outside') {
    headers.set('content-range', `bytes */${body.size}`);
    headers.delete('content-length');
    return new Response(null, { status: 416, headers });
  }
  const { first, last } = range;
  headers.set('content-range', `bytes ${first}-${last}/${body.size}`);
  headers.set('content-length', String(last - first + 1));
  return new Response(body.slice(first, last + 1), { status: 206, statusText: 'Partial Content', headers });
}
