/** In which currency and at which rate a settlement is booked. */
import type { BookRate } from '../../domain/settlement/postings';
import type { Queryable } from '../pool';
import { findSettlement } from '../queries/settlements';

/** The rate of a settlement's quote; null: it is booked in its asset alone. */
export async function findSettlementBook(db: Queryable, tenantId: string, id: string): Promise<BookRate | null> {
  return (await findSettlement(db, tenantId, id))?.book ?? null;
}
