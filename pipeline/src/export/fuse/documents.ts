/** Sentences for readers of the files. */
import { PACKED_COLUMNS } from '@onnoise/scheduler';
import type { FileGraph } from '@onnoise/tracer';

export const ROW = `the numbers ${PACKED_COLUMNS.join(', ')}.`;

export const GUIDANCE =
  'How far the conditions are followed: 1 as trained, 2 further. It counts in rows that are guided.';

/** What the network's own file says of its inputs. */
export const conditionDocuments = ({ inputs }: FileGraph): Record<string, string> =>
  Object.fromEntries(inputs.flatMap(({ name, doc }) => (doc === undefined ? [] : [[name, doc]])));
