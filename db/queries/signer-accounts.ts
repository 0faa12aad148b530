/** Addresses that the engine's keys control. */
import type { Queryable, Statement } from '../pool';
import { firstOf } from './row-values';

export interface SignerAccount {
  readonly chain: string;
  readonly address: string;
  readonly keyId: string;
  readonly publicKey: string;
  /** Which of the key's addresses it is; 0: the main one. */
  readonly child: number;
  /** The next number of its transactions, by our own count. */
  readonly nextNumber: number;
}

interface Row {
  [column: string]: unknown;
  chain: string;
  address: string;
  key_id: string;
  public_key: string;
  child: number;
  next_number: string;
}

const columns = 'chain, address, key_id, public_key, child, next_number';

const fromRow = (row: Row): SignerAccount => ({
  chain: row.chain,
  address: row.address,
  keyId: row.key_id,
  publicKey: row.public_key,
  child: row.child,
  nextNumber: Number(row.next_number),
});

const put: Statement = {
  name: 'signer_accounts_put',
  text: `insert into signer_accounts (chain, address, key_id, public_key, child, next_number) values ($1, $2, $3, $4, $5, $6) on conflict do nothing`,
};
const lock: Statement = {
  name: 'signer_accounts_lock',
  text: `select ${columns} from signer_accounts where chain = $1 and address = $2 for update`,
};
const byKey: Statement = {
  name: 'signer_accounts_by_key',
  text: `select ${columns} from signer_accounts where chain = $1 and key_id = $2 and child = $3`,
};
const all: Statement = {
  name: 'signer_accounts_all',
  text: `select ${columns} from signer_accounts where child = 0 order by chain, address`,
};
const raise: Statement = {
  name: 'signer_accounts_raise',
  text: `update signer_accounts set next_number = greatest(next_number, $3) where chain = $1 and address = $2`,
};

/** Writes an account unless it is there. */
export async function putSignerAccount(db: Queryable, account: SignerAccount): Promise<void> {
  const { chain, address, keyId, publicKey, child, nextNumber } = account;
  await db.query(put, [chain, address, keyId, publicKey, child, nextNumber]);
}

/** The account of a key, or of one of its children, or null before its first use. */
export async function findSignerAccount(
  db: Queryable,
  chain: string,
  keyId: string,
  child = 0,
): Promise<SignerAccount | null> {
  return firstOf((await db.query<Row>(byKey, [chain, keyId, child])).map(fromRow));
}

/** An account, locked until the transaction ends: whoever holds it takes the next number. */
export async function lockSignerAccount(db: Queryable, chain: string, address: string): Promise<SignerAccount | null> {
  return firstOf((await db.query<Row>(lock, [chain, address])).map(fromRow));
}

/** Raises the next number; never lowers it. */
export async function raiseNextNumber(db: Queryable, chain: string, address: string, next: number): Promise<void> {
  await db.query(raise, [chain, address, next]);
}

/** The main accounts of the engine. */
export async function listSignerAccounts(db: Queryable): Promise<SignerAccount[]> {
  return (await db.query<Row>(all, [])).map(fromRow);
}
