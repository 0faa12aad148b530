/** How to pay: Solana Pay's transfer request. Source: docs.solanapay.com/spec. */
import { moneyOfBaseUnits } from '../../../domain/chain/asset';
import type { DepositInstruction, DepositRequest } from '../port';
import type { Address } from '@solana/kit';
import type { SolanaAsset } from './assets';
import { referenceKey, writeWatch } from './references';

/** The same request gives the same instruction. The receiver is the wallet, never its token account: so the specification wants it. */
export function writeInstruction(request: DepositRequest, asset: SolanaAsset, recipient: Address): DepositInstruction {
  const reference = referenceKey(request.reference);
  const { amount } = moneyOfBaseUnits(BigInt(request.amount), asset.id);
  const fields: [string, string][] = [
    ['amount', withoutTrailingZeros(amount)],
    ...(asset.kind === 'token' ? [['spl-token', asset.mint] satisfies [string, string]] : []),
    ['reference', reference],
    ['label', request.label],
    ['memo', reference],
  ];
  const query = fields.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
  return {
    asset: asset.id,
    amount: request.amount,
    address: recipient,
    tag: reference,
    uri: `solana:${recipient}?${query}`,
    watch: writeWatch({ recipient, reference }),
  };
}

/** In user units, a digit before the point, no exponent, no more places than the asset has. */
const withoutTrailingZeros = (amount: string): string => (amount.includes('.') ? amount.replace(/\.?0+$/, '') : amount);
