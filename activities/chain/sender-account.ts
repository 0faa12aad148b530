/** The row of a chain's signing address; written when the address is first used. */
import { allTenants } from '../../db/transactions/all-tenants';
import { findSignerAccount, putSignerAccount, type SignerAccount } from '../../db/transactions/chain-sending';
import { fail } from '../../domain/errors';
import type { ActivityDependencies, ChainSetting } from '../dependencies';

/**
 * The account of a chain's signer. Its first number is what the chain says at that moment; from then on our own count holds.
 * @throws ChainUnavailable, SignerUnavailable
 */
export async function senderAccount(
  { database }: ActivityDependencies,
  { chain, signer }: ChainSetting,
): Promise<SignerAccount> {
  const db = database.as(allTenants);
  const find = () => findSignerAccount(db, chain.id, signer.keyId);
  const known = await find();
  if (known !== null) return known;
  const address = await chain.addressOf(signer);
  const [publicKey, { next }] = await Promise.all([signer.publicKey(), chain.readOrdering(address)]);
  const { keyId } = signer;
  await putSignerAccount(db, { chain: chain.id, address, keyId, publicKey, child: 0, nextNumber: next ?? 0 });
  return (await find()) ?? fail('internal');
}

/** The account of a child of the signer, at the address that a deposit instruction named. @throws ChainUnavailable, SignerUnavailable */
export async function childAccount(
  { database }: ActivityDependencies,
  { chain, signer }: ChainSetting,
  { child, address }: { readonly child: number; readonly address: string },
): Promise<SignerAccount> {
  const db = database.as(allTenants);
  const { keyId } = signer;
  const find = () => findSignerAccount(db, chain.id, keyId, child);
  const known = await find();
  if (known !== null) return known;
  const [publicKey, { next }] = await Promise.all([signer.publicKey(child), chain.readOrdering(address)]);
  await putSignerAccount(db, { chain: chain.id, address, keyId, publicKey, child, nextNumber: next ?? 0 });
  return (await find()) ?? fail('internal');
}
