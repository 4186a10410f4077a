/** What a server has, by QIDO-RS (PS3.18, 10.6). */

import { Failure } from '@onnoise/base/files';
import { InputError } from '@onnoise/scheduler/rules';
import type { Address } from './address.ts';
import { type ClientOptions, NotThere, request } from './client.ts';

export interface Instance {
  study: string;
  series: string;
  /** UID of the file. */
  instance: string;
  frames: number;
}

/** Files asked for at a time; a server may give fewer. */
const PAGE = 1000;

const UID = /^[0-9.]{1,64}$/;

const TAGS = { study: '0020000D', series: '0020000E', instance: '00080018', frames: '00280008' } as const;

/** In order of their UIDs, each once. @throws as `request` does; Failure for an answer that is no list */
export async function searchInstances({ base, search }: Address, options?: ClientOptions): Promise<Instance[]> {
  const found = new Map<string, Instance>();
  for (let offset = 0; ; ) {
    const query = new URLSearchParams([
      ...search,
      ['includefield', TAGS.frames],
      ['limit', String(PAGE)],
      ['offset', String(offset)],
    ]);
    const bytes = await requestList(`${base}/instances?${query}`, base, options);
    const before = found.size;
    const page = bytes.length === 0 ? [] : parsePage(bytes, base);
    for (const instance of page) found.set(instance.instance, instance);
    // Nothing new comes after the last page, and from a server that gives everything at once, whatever the offset is.
    if (found.size === before) break;
    offset += page.length;
  }
  return [...found.values()].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

/** @throws InputError where the address is not that of DICOMweb */
async function requestList(url: string, base: string, options: ClientOptions | undefined): Promise<Uint8Array> {
  try {
    return await request(url, 'application/dicom+json', 'the list of images', options);
  } catch (error) {
    if (!(error instanceof NotThere)) throw error;
    throw new InputError(
      `Cannot prepare images: --data must be the address of a DICOMweb server, received "dicomweb:${base}/", where there is none (status ${error.status}).`,
    );
  }
}

const keyOf = ({ study, series, instance }: Instance) => `${study}/${series}/${instance}`;

function parsePage(bytes: Uint8Array, base: string): Instance[] {
  try {
    const list = JSON.parse(Buffer.from(bytes).toString('utf8')) as Record<string, { Value?: unknown[] }>[];
    return list.map((item) => {
      const value = (tag: string) => item[tag]?.Value?.[0];
      const [study, series, instance] = [TAGS.study, TAGS.series, TAGS.instance].map((tag) => String(value(tag)));
      if (![study, series, instance].every((uid) => UID.test(uid!))) throw new Error('a UID is missing');
      return { study: study!, series: series!, instance: instance!, frames: Number(value(TAGS.frames)) || 1 };
    });
  } catch {
    throw new Failure(`Cannot read the list of images from ${new URL(base).host}: its answer is not a list of them.`);
  }
}
