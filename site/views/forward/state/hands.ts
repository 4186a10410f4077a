/** The hands that the view shows: phantoms from little to grown. */
import { ageWords } from '../../../components/condition-words.ts';
import { fetchPhantoms, type Phantoms, phantomPicture, placesByAge } from '../../../state/phantoms.ts';
import type { Picture } from '../../../state/picture.ts';

/** In months. */
const AGES = [132, 24, 60, 168, 216];

export interface Hands {
  notice: string;
  pictures: { title: string; picture: Picture }[];
}

/** How many there are. */
export const HANDS = AGES.length;

export const fetchHands = async (): Promise<Hands> => handsOf(await fetchPhantoms());

export function handsOf(phantoms: Phantoms): Hands {
  const { notice, labels, classNames, conditions } = phantoms;
  return {
    notice,
    pictures: placesByAge(phantoms, AGES).map((place) => {
      const words = `${ageWords(conditions.boneage[place]!)}, ${classNames[labels[place]!]}`;
      return { title: `Hand, ${words}`, picture: phantomPicture(phantoms, place, `phantom of a hand, ${words}`) };
    }),
  };
}
