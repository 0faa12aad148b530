/** The instructions of a payment: for each payout a memo, the token account where it is missing, and the transfers. */
import { randomBytes } from 'node:crypto';
import { AccountRole, type Address, createNoopSigner, getBase58Decoder, type Instruction } from '@solana/kit';
import { getAddMemoInstruction, LEGACY_MEMO_PROGRAM_ADDRESS_V3 } from '@solana-program/memo';
import { getTransferSolInstruction } from '@solana-program/system';
import { getCreateAssociatedTokenIdempotentInstruction, getTransferCheckedInstruction } from '@solana-program/token';
import type { Holdings, Payee } from './payees';
import type { TokenAccountFacts } from './token-accounts';

export interface PaymentInstruction {
  readonly instruction: Instruction;
  /** The payout that it serves, by its number. */
  readonly payout: number;
}

/**
 * All instructions of a transaction. The first transfer carries a random key as a read-only account: two payments that are alike in
 * everything would otherwise have one signature, and one of them would never be made.
 */
export function paymentInstructions(
  payees: readonly Payee[],
  from: Address,
  holdings: Holdings,
): readonly PaymentInstruction[] {
  const purses = new Map([...holdings.tokens].map(([mint, accounts]) => [mint, new Purse(accounts)]));
  const made = new Set<string>();
  const all = payees.flatMap((payee, payout) =>
    forPayee(payee, from, purses, made).map((instruction) => ({ instruction, payout })),
  );
  const last = all.length - 1;
  return all.map((one, index) => (index === last ? { ...one, instruction: withUniqueKey(one.instruction) } : one));
}

function forPayee(
  payee: Payee,
  from: Address,
  purses: ReadonlyMap<string, Purse>,
  made: Set<string>,
): readonly Instruction[] {
  // The program of the first years: wallets and nodes have it, the newest one not yet.
  const memo =
    payee.payout.tag === null
      ? []
      : [getAddMemoInstruction({ memo: payee.payout.tag }, { programAddress: LEGACY_MEMO_PROGRAM_ADDRESS_V3 })];
  const source = createNoopSigner(from);
  const { asset, token } = payee;
  if (asset.kind === 'coin' || token === null) {
    return [...memo, getTransferSolInstruction({ source, destination: payee.wallet, amount: payee.amount })];
  }
  const isNew = token.account === null && !made.has(token.associated);
  made.add(token.associated);
  const creation = getCreateAssociatedTokenIdempotentInstruction({
    payer: source,
    ata: token.associated,
    owner: payee.wallet,
    mint: asset.mint,
    tokenProgram: token.program,
  });
  const transfers = (purses.get(asset.mint)?.take(payee.amount) ?? []).map((part) =>
    getTransferCheckedInstruction(
      {
        source: part.address,
        mint: asset.mint,
        destination: token.associated,
        authority: source,
        amount: part.amount,
        decimals: asset.decimals,
      },
      { programAddress: token.program },
    ),
  );
  return [...memo, ...(isNew ? [creation] : []), ...transfers];
}

function withUniqueKey(instruction: Instruction): Instruction {
  const key = getBase58Decoder().decode(randomBytes(32)) as Address;
  const accounts = [...(instruction.accounts ?? []), { address: key, role: AccountRole.READONLY }];
  return { ...instruction, accounts };
}

/** The token accounts of a sender: what one of them lacks comes out of the next. */
class Purse {
  private readonly left: { readonly address: Address; amount: bigint }[];

  constructor(accounts: readonly TokenAccountFacts[]) {
    this.left = accounts
      .filter(({ isFrozen, amount }) => !isFrozen && amount > 0n)
      .map(({ address, amount }) => ({ address, amount }));
  }

  take(amount: bigint): readonly { readonly address: Address; readonly amount: bigint }[] {
    const parts: { address: Address; amount: bigint }[] = [];
    let missing = amount;
    for (const account of this.left) {
      const part = account.amount < missing ? account.amount : missing;
      if (part === 0n) continue;
      account.amount -= part;
      missing -= part;
      parts.push({ address: account.address, amount: part });
    }
    return parts;
  }
}
