/** A painted round as a file: a class plays it without the model, which a phone would have to fetch and run. */
import { dealsOf, type Round } from '../rules/game.ts';
import type { RoundFile } from '../rules/round-file.ts';
import { nameOfRound } from '../state/state.ts';
import { factOf } from '../state/words.ts';

/** The round's file. @throws Error before all of its pictures are painted */
export function fileOfRound(round: Round): RoundFile {
  const { table, seed } = round;
  if (table.file) return table.file;
  const { pool, model } = table;
  const pictures = dealsOf(table, seed).map((deal, place) => {
    const { pixels } = round.face(place);
    if (pixels === null) throw new Error(`Picture ${place + 1} is not painted.`);
    // Of a visitor's own picture the fact is the name of its file, which may be that of a patient.
    const named = pool.own && deal.kind === 'real';
    const fact = named ? undefined : factOf({ ...deal, place, said: deal.kind, pixels }, table);
    return { kind: deal.kind, pixels, ...(fact !== undefined && { fact }) };
  });
  const { terms, subject, shape } = pool;
  return { name: nameOfRound(table, seed), title: `${model.title}, round ${seed}`, terms, subject, shape, pictures };
}
