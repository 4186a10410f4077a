/** A claim's paper: its authors and year, as a link to its entry under Further reading. */
import type { JSX } from 'preact';
import { formatRoute } from '../../state/router.ts';

/** The part of the view that lists the papers. */
export const READING = 'reading';

/** By id, as the text writes them. */
export const PAPERS = /* no text */ {
  weng2021: 'Weng 2021',
  ho2020: 'Ho et al. 2020',
  ddim2020: 'Song et al. 2020',
  nichol2021: 'Nichol & Dhariwal 2021',
  dhariwal2021: 'Dhariwal & Nichol 2021',
  guidance2022: 'Ho & Salimans 2022',
  karras2022: 'Karras et al. 2022',
  chan2024: 'Chan 2024',
  xiao2021: 'Xiao et al. 2021',
  kynkaanniemi2019: 'Kynkäänniemi et al. 2019',
  vae2013: 'Kingma & Welling 2013',
  rezende2015: 'Rezende & Mohamed 2015',
  goodfellow2014: 'Goodfellow et al. 2014',
  baranchuk2021: 'Baranchuk et al. 2021',
  wang2022: 'Wang et al. 2022',
  sohl2015: 'Sohl-Dickstein et al. 2015',
  lin2023: 'Lin et al. 2023',
  unet2015: 'Ronneberger et al. 2015',
  vaswani2017: 'Vaswani et al. 2017',
  resnet2015: 'He et al. 2015',
  norm2018: 'Wu & He 2018',
  adam2014: 'Kingma & Ba 2014',
  smilkov2017: 'Smilkov et al. 2017',
  lu2022: 'Lu et al. 2022',
  distillation2022: 'Salimans & Ho 2022',
  lipman2022: 'Lipman et al. 2022',
  rombach2022: 'Rombach et al. 2022',
  liu2022: 'Liu et al. 2022',
  carlini2023: 'Carlini et al. 2023',
} as const;
export type PaperId = keyof typeof PAPERS;

/** The entry's address. */
export const entryOf = (id: PaperId): string => formatRoute('learn', { paper: id }, READING);

export const Cite = ({ of }: { of: PaperId }): JSX.Element => <a href={entryOf(of)}>{PAPERS[of]}</a>;
