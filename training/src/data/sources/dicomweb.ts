/** The images of a DICOMweb server: found by QIDO-RS, fetched one by one by WADO-RS, and never written as files. */

import { chooseFrames, type ImageOptions, type Picture, parseFrames, type Unusable } from '@onnoise/base/pictures';
import type { Address, ClientOptions, Instance } from '@onnoise/medical';
import { loadMedical } from './medical.ts';
import type { Store } from './store.ts';

/** What a file is taken to have for its turn: a server does not say before it is fetched. */
const USUAL_BYTES = 8 * 2 ** 20;

/** A whole file, in whatever transfer syntax the server has it. */
const ACCEPT = 'multipart/related; type="application/dicom"; transfer-syntax=*';

/** Files are called `<study>/<series>/<instance>.dcm`, by their UIDs. @throws as `parseAddress` and `request` do */
export async function openDicomweb(data: string, options?: ClientOptions): Promise<Store> {
  const { parseAddress, searchInstances } = await loadMedical();
  const address = parseAddress(data);
  const instances = await searchInstances(address, options);
  const byPath = new Map(instances.map((instance) => [pathOf(instance), instance]));
  const images = [...byPath.keys()].map((path) => ({ path, bytes: 0, modified: 0 }));
  return {
    place: data,
    name: 'dicomweb',
    images,
    skipped: [],
    others: new Map(),
    own: [],
    identityOf: (used) => JSON.stringify(['dicomweb', address.base, used.map(({ path }) => path)]),
    count: async (paths, { frames }) => {
      const choice = parseFrames(frames, 'first');
      return paths.reduce((sum, path) => sum + taken(choice, byPath.get(path)!.frames), 0);
    },
    refuseClasses: async () => 'Studies and series are not used as classes. A CSV can name the class of each image.',
    decodeFile: (path, image) => fetchPictures(address, byPath.get(path)!, image, options),
  };
}

const pathOf = ({ study, series, instance }: Instance) => `${study}/${series}/${instance}.dcm`;

function taken(choice: Parameters<typeof chooseFrames>[0], frames: number): number {
  try {
    return chooseFrames(choice, frames).length;
  } catch {
    return 1; // skipped, with a reason
  }
}

async function fetchPictures(
  { base }: Address,
  { study, series, instance }: Instance,
  image: ImageOptions,
  options: ClientOptions | undefined,
): Promise<(Picture | Unusable)[]> {
  const url = `${base}/studies/${study}/series/${series}/instances/${instance}`;
  const { readMedical, request } = await loadMedical();
  const read = () => request(url, ACCEPT, `the image ${instance}`, options);
  return readMedical({ kind: 'dicom', bytes: USUAL_BYTES, read }, image);
}
