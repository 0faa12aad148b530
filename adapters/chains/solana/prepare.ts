/** Builds a payment with its fee. */
import {
  type Address,
  appendTransactionMessageInstructions,
  type Blockhash,
  compileTransaction,
  createTransactionMessage,
  getBase64Decoder,
  getBase64EncodedWireTransaction,
  getTransactionSize,
  type Instruction,
  pipe,
  setTransactionMessageFeePayer,
  setTransactionMessageLifetimeUsingBlockhash,
} from '@solana/kit';
import { getSetComputeUnitLimitInstruction, getSetComputeUnitPriceInstruction } from '@solana-program/compute-budget';
import { ChainRefusedRequest, type Preparation, type PreparedTransaction, type PrepareRequest } from '../port';
import { coinOf } from './assets';
import { failureText } from './credits';
import { paymentInstructions, type PaymentInstruction } from './instructions';
import type { SolanaEndpoint } from './network';
import { type Payee, readHoldings, readPayees } from './payees';
import { missingCoins, missingTokens, type Refusal, refusingPayee } from './refusals';
import { TOKEN_ACCOUNT_BYTES } from './token-accounts';
import { readUnsigned, writeUnsigned } from './unsigned';

/** What the chain takes for each signature; there is one. */
const LAMPORTS_PER_SIGNATURE = 5_000n;
/** The most that one transaction may use: the limit while its need is being measured. */
const COMPUTE_UNITS_MAX = 1_400_000;
/** Above what was measured: accounts may have changed a little by the time it runs. */
const UNITS_MARGIN = { numerator: 115, denominator: 100, extra: 500 };
const MICRO = 1_000_000n;
/** Of what the last blocks took for the same accounts: enough to be among the first, without paying any price. */
const FEE_PERCENTILE = 75;
/** The network's packet: a larger transaction is never forwarded. */
const BYTES_MAX = 1_232;

interface Lifetime {
  readonly blockhash: Blockhash;
  readonly lastValidBlockHeight: bigint;
}

/** A payment that waits for its signature, or why there is none. @throws ChainRefusedRequest `replaced_lives`, `transaction_too_large`. */
export async function prepare(endpoint: SolanaEndpoint, request: PrepareRequest): Promise<Preparation> {
  if (request.replaces !== null) await refuseWhileAlive(endpoint, request.replaces);
  const from = request.from as Address;
  const payees = await readPayees(endpoint, request.payouts);
  const [holdings, rent, tokenRent] = await Promise.all([
    readHoldings(endpoint, from, payees),
    rentOf(endpoint, 0),
    rentOf(endpoint, TOKEN_ACCOUNT_BYTES),
  ]);
  const rents = tokenRent * BigInt(newTokenAccounts(payees));
  const coin = coinOf(endpoint.chain);
  const refusal =
    refusingPayee(payees, from, rent) ??
    missingTokens(payees, holdings) ??
    missingCoins(payees, holdings, LAMPORTS_PER_SIGNATURE + rents, rent, coin);
  if (refusal !== null) return refusal;
  const payment = paymentInstructions(payees, from, holdings);
  const { value: lifetime } = await endpoint.ask((rpc) => rpc.getLatestBlockhash({ commitment: 'confirmed' }));
  const [measured, price] = await Promise.all([
    measure(endpoint, from, payment, lifetime),
    readPrice(endpoint, from, payees),
  ]);
  if (typeof measured !== 'number') return measured;
  const fee = LAMPORTS_PER_SIGNATURE + priorityFee(price, measured) + rents;
  if (fee > BigInt(request.feeMax)) return { kind: 'fee_above_cap', fee: fee.toString() };
  const tooLittle = missingCoins(payees, holdings, fee, rent, coin);
  if (tooLittle !== null) return tooLittle;
  const message = build(from, payment, lifetime, { units: measured, price });
  return { kind: 'prepared', transaction: prepared(endpoint, request, message, lifetime, fee) };
}

/** New bytes while the old ones can still land would pay twice. */
async function refuseWhileAlive(endpoint: SolanaEndpoint, replaces: PreparedTransaction): Promise<void> {
  const { lastValidBlockHeight } = readUnsigned(endpoint.chain, replaces.unsigned);
  const height = await endpoint.ask((rpc) => rpc.getBlockHeight({ commitment: 'finalized' }));
  if (height > lastValidBlockHeight) return;
  const sentence = `The replaced transaction may land until block ${lastValidBlockHeight}; the final one is ${height}.`;
  throw new ChainRefusedRequest(endpoint.chain, 'replaced_lives', sentence);
}

const rentOf = (endpoint: SolanaEndpoint, bytes: number): Promise<bigint> =>
  endpoint.ask((rpc) => rpc.getMinimumBalanceForRentExemption(BigInt(bytes)));

const newTokenAccounts = (payees: readonly Payee[]): number =>
  new Set(payees.flatMap(({ token }) => (token !== null && token.account === null ? [token.associated] : []))).size;

/** Micro-lamports for a compute unit. */
async function readPrice(endpoint: SolanaEndpoint, from: Address, payees: readonly Payee[]): Promise<bigint> {
  const written = [...new Set([from, ...payees.map(({ wallet, token }) => token?.associated ?? wallet)])];
  const recent = await endpoint.ask((rpc) => rpc.getRecentPrioritizationFees(written));
  const prices = recent.map(({ prioritizationFee }) => BigInt(prioritizationFee)).sort((a, b) => (a < b ? -1 : 1));
  return prices[Math.floor((prices.length * FEE_PERCENTILE) / 100)] ?? 0n;
}

const priorityFee = (price: bigint, units: number): bigint => (price * BigInt(units) + MICRO - 1n) / MICRO;

/** The compute units that the payment needs with some margin, or what the chain has against it. */
async function measure(
  endpoint: SolanaEndpoint,
  from: Address,
  payment: readonly PaymentInstruction[],
  lifetime: Lifetime,
): Promise<number | Refusal> {
  const transaction = compileTransaction(build(from, payment, lifetime, { units: COMPUTE_UNITS_MAX, price: 0n }));
  refuseTooLarge(endpoint, getTransactionSize(transaction));
  const { value } = await endpoint.ask((rpc) =>
    rpc.simulateTransaction(getBase64EncodedWireTransaction(transaction), {
      commitment: 'confirmed',
      encoding: 'base64',
      replaceRecentBlockhash: true,
      sigVerify: false,
    }),
  );
  if (value.err !== null) return refusalOf(value.err, payment);
  const { numerator, denominator, extra } = UNITS_MARGIN;
  const units = Math.ceil((Number(value.unitsConsumed ?? 0n) * numerator) / denominator) + extra;
  return Math.min(units, COMPUTE_UNITS_MAX);
}

/** Two instructions of the compute budget stand before the payment. */
const BUDGET_INSTRUCTIONS = 2;

/** Balances were checked before: what is left against a payment lies with the one that is paid. */
function refusalOf(error: unknown, payment: readonly PaymentInstruction[]): Refusal {
  const at = (error as { InstructionError?: readonly [number | bigint, unknown] }).InstructionError?.[0];
  const payout = payment[Number(at ?? 0) - BUDGET_INSTRUCTIONS]?.payout ?? 0;
  return { kind: 'destination_refuses', payout, reason: `the chain refuses it: ${failureText(error)}` };
}

function refuseTooLarge(endpoint: SolanaEndpoint, bytes: number): void {
  if (bytes <= BYTES_MAX) return;
  const sentence = `The payment takes ${bytes} bytes of ${BYTES_MAX}: fewer payouts, or shorter memos.`;
  throw new ChainRefusedRequest(endpoint.chain, 'transaction_too_large', sentence);
}

function build(
  from: Address,
  payment: readonly PaymentInstruction[],
  lifetime: Lifetime,
  budget: { readonly units: number; readonly price: bigint },
) {
  const instructions: readonly Instruction[] = [
    getSetComputeUnitLimitInstruction({ units: budget.units }),
    getSetComputeUnitPriceInstruction({ microLamports: budget.price }),
    ...payment.map(({ instruction }) => instruction),
  ];
  return pipe(
    createTransactionMessage({ version: 0 }),
    (message) => setTransactionMessageFeePayer(from, message),
    (message) => setTransactionMessageLifetimeUsingBlockhash(lifetime, message),
    (message) => appendTransactionMessageInstructions(instructions, message),
  );
}

function prepared(
  endpoint: SolanaEndpoint,
  request: PrepareRequest,
  message: ReturnType<typeof build>,
  lifetime: Lifetime,
  fee: bigint,
): PreparedTransaction {
  const bytes = getBase64Decoder().decode(compileTransaction(message).messageBytes);
  return {
    chain: endpoint.chain,
    from: request.from,
    unsigned: writeUnsigned({ message: bytes, lastValidBlockHeight: lifetime.lastValidBlockHeight }),
    order: request.order,
    fee: fee.toString(),
    payouts: request.payouts,
  };
}
