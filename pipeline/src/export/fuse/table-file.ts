/** `fused/table.json`: a sampler's table for the fused graph, for programs that cannot compile one. */
import { type Guidance, PACKED_COLUMNS, packTable, type SamplerTable } from '@onnoise/scheduler';
import { completeRequest, exampleConditionImage, type PictureOptions } from '@onnoise/scheduler/model';

export const TABLE_FILE = 'fused/table.json';

/** What the table depends on; as `pipeline sample` has it. */
export type TableOptions = Omit<PictureOptions, 'count' | 'seed' | 'seeds' | 'labels' | 'from' | 'mask' | 'strength'>;

export interface FusedTable {
  table: SamplerTable;
  guidance: Guidance | undefined;
}

/** @throws InputError for options that are out of range or do not fit the model */
export function fusedTable(model: Parameters<typeof completeRequest>[0], options: TableOptions): FusedTable {
  const told = model.conditionImage && { conditionImages: exampleConditionImage(model.conditionImage) };
  const { table, guidance } = completeRequest(model, { ...options, ...told, count: 1 });
  return { table, guidance };
}

/** A row of numbers to a line. */
export function formatTable({ table, guidance }: FusedTable): string {
  const packed = packTable(table, guidance);
  const width = PACKED_COLUMNS.length;
  const rows = table.rows.map((_, i) => JSON.stringify([...packed.subarray(i * width, (i + 1) * width)]));
  const facts = {
    sampler: table.sampler,
    steps: table.steps,
    guidance: guidance?.scale ?? 1,
    draws: table.rows.length + 1,
    columns: PACKED_COLUMNS,
  };
  const lines = Object.entries(facts).map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)},`);
  return `{\n${lines.join('\n')}\n  "rows": [\n${rows.map((row) => `    ${row}`).join(',\n')}\n  ]\n}\n`;
}
