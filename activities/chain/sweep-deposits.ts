/**
 * Collects what was paid to addresses of their own, at the main address, once their settlements are over. A token cannot pay for its own way:
 * the address is given the coin that the network asks for, first. Nothing is booked but the network's fees, since all of it stays ours.
 */
import type { Payout, Preparation } from '../../adapters/chains/port';
import { allTenants } from '../../db/transactions/all-tenants';
import { intendMove, type SignerAccount } from '../../db/transactions/chain-sending';
import { markSwept, unsweptInstructions, type SettlementInstruction } from '../../db/transactions/chain-scan';
import { arePositiveUnits, compareUnits, subtractUnits, type Units } from '../../domain/chain/units';
import type { ActivityDependencies, ChainSetting } from '../dependencies';
import { childAccount, senderAccount } from './sender-account';

/** Each costs a few requests; the next look goes on. */
const sweepsMax = 10;
/** The price of the network may rise between the fuel and the sweep. */
const fuelFactor = 2n;
/** Coin that is worth less than so many times its own network fee stays where it is. */
const worthFactor = 4n;

interface Sweep {
  readonly deps: ActivityDependencies;
  readonly setting: ChainSetting;
  readonly instruction: SettlementInstruction;
  readonly account: SignerAccount;
  readonly main: string;
  readonly asset: string;
  readonly held: Units;
}

const moveOf = ({ main, asset }: Sweep, amount: Units): Payout => ({ to: main, asset, amount, tag: null });

async function prepare({ setting, account }: Sweep, payout: Payout): Promise<Preparation> {
  const { chain, feeMax } = setting;
  const { address: from, publicKey, child, nextNumber } = account;
  const order = { number: nextNumber, inputIds: [] };
  return chain.prepare({ from, publicKey, child, payouts: [payout], order, feeMax, replaces: null });
}

async function intend(sweep: Sweep, purpose: 'fuel' | 'sweep', from: SignerAccount, payout: Payout): Promise<void> {
  const { deps, setting, instruction } = sweep;
  const { tenantId, settlementId } = instruction;
  const { tag: _none, ...move } = payout;
  const sender = { chain: setting.chain.id, from: from.address, child: from.child };
  await intendMove(deps.database, { ...sender, tenantId, settlementId, purpose, moves: [move] });
}

/** Coin pays its own way: what is left of it after the network's fee. */
async function sweepCoin(sweep: Sweep): Promise<void> {
  const { deps, instruction, held } = sweep;
  const tried = await prepare(sweep, moveOf(sweep, '1'));
  if (tried.kind !== 'prepared') return;
  const { fee } = tried.transaction;
  if (compareUnits(held, (BigInt(fee) * worthFactor).toString()) < 0)
    return markSwept(deps.database.as(allTenants), instruction.settlementId);
  await intend(sweep, 'sweep', sweep.account, moveOf(sweep, subtractUnits(held, fee)));
}

async function sweepToken(sweep: Sweep): Promise<void> {
  const { deps, setting, account } = sweep;
  const payout = moveOf(sweep, sweep.held);
  const tried = await prepare(sweep, payout);
  if (tried.kind === 'prepared') return intend(sweep, 'sweep', account, payout);
  if (tried.kind !== 'insufficient_funds' || tried.asset !== setting.chain.coin) return;
  const missing = BigInt(tried.needed) * fuelFactor - BigInt(tried.held);
  const fuel = { to: account.address, asset: setting.chain.coin, amount: missing.toString(), tag: null };
  await intend(sweep, 'fuel', await senderAccount(deps, setting), fuel);
}

async function sweepOne(
  deps: ActivityDependencies,
  setting: ChainSetting,
  instruction: SettlementInstruction,
): Promise<void> {
  if (instruction.instruction === null) return;
  const { address, asset, child } = instruction.instruction;
  if (child === undefined) return;
  const held = await setting.chain.balanceOf(address, asset);
  if (!arePositiveUnits(held)) return markSwept(deps.database.as(allTenants), instruction.settlementId);
  const { address: main } = await senderAccount(deps, setting);
  const account = await childAccount(deps, setting, { child, address });
  const sweep: Sweep = { deps, setting, instruction, account, main, asset, held };
  await (asset === setting.chain.coin ? sweepCoin(sweep) : sweepToken(sweep));
}

/** Begins what there is to collect on a chain that ties payments by address; the transactions go on as all others. */
export async function sweepDeposits(deps: ActivityDependencies, setting: ChainSetting): Promise<void> {
  const { id, capabilities } = setting.chain;
  if (capabilities.tie !== 'address') return;
  const due = await unsweptInstructions(deps.database.as(allTenants), id, sweepsMax);
  for (const instruction of due) await sweepOne(deps, setting, instruction);
}
