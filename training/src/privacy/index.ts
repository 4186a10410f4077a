export { type Account, epsilonOf, sigmaFor } from './account.ts';
export { type Ledger, rateOf, spentAt } from './ledger.ts';
