/** The attacks by name: light to load. */

export const ATTACKS = ['loss', 'secmi', 'pia'] as const;
export type Attack = (typeof ATTACKS)[number];

/** In sentences. */
export const ATTACK_WORDS: Record<Attack, string> = {
  loss: 'the loss',
  secmi: "SecMI's t-error",
  pia: "PIA's error",
};
