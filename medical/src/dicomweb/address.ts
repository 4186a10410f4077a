/**
 * `dicomweb:http://host/dicom-web?StudyInstanceUID=1.2.3`: a server, and what to look for there. The address is written into
 * the settings of a run and into its model, so it must not say who a patient is, nor hold a password.
 */
import { refuse } from '@onnoise/scheduler/rules';

export interface Address {
  /** Without a slash at the end. */
  base: string;
  /** Keys of `SEARCHED` with their values. */
  search: [string, string][];
}

const SCHEME = /^dicomweb:/i;

/** What may be looked for: nothing here names a patient. */
const SEARCHED = ['StudyInstanceUID', 'SeriesInstanceUID', 'Modality', 'ModalitiesInStudy', 'BodyPartExamined'];

/** @throws InputError for anything but an address with a search that may be written down */
export function parseAddress(data: string): Address {
  const text = data.replace(SCHEME, '');
  const refuseAddress = (rule: string, received: string): never => refuse('prepare images', '--data', rule, received);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    return refuseAddress('dicomweb: and an address such as http://host/dicom-web', data);
  }
  if (url.username !== '' || url.password !== '') {
    url.username = '';
    url.password = '';
    const rule = 'an address without a password, which belongs into DICOMWEB_USER and DICOMWEB_PASSWORD';
    return refuseAddress(rule, `dicomweb:${url}`);
  }
  const search = [...url.searchParams];
  const other = search.find(([key]) => !SEARCHED.includes(key));
  if (other) return refuseAddress(`an address that searches by ${SEARCHED.join(', ')} alone`, other[0]);
  return { base: `${url.origin}${url.pathname}`.replace(/\/+$/, ''), search };
}
