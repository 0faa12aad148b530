import type { Arrears } from '../db/transactions/arrears';
import type { Parts } from './record-fact';

/** The part of a recording that says which usage its invoice billed. */
export const usagePart = ({ usage }: Arrears): Pick<Parts, 'usage'> => (usage.length === 0 ? {} : { usage });
