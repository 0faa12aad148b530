/** A wallet outside: it knows Solana Pay and the standard client, and nothing of ours. */
import {
  AccountRole,
  type Address,
  address,
  appendTransactionMessageInstructions,
  type Base64EncodedWireTransaction,
  createSolanaRpc,
  createTransactionMessage,
  generateKeyPairSigner,
  getBase64EncodedWireTransaction,
  getSignatureFromTransaction,
  type Instruction,
  type KeyPairSigner,
  pipe,
  setTransactionMessageFeePayerSigner,
  setTransactionMessageLifetimeUsingBlockhash,
  signTransactionMessageWithSigners,
} from '@solana/kit';
import { getAddMemoInstruction, LEGACY_MEMO_PROGRAM_ADDRESS_V3 } from '@solana-program/memo';
import { getTransferSolInstruction } from '@solana-program/system';
import {
  findAssociatedTokenPda,
  getCreateAssociatedTokenIdempotentInstruction,
  getTransferCheckedInstruction,
  TOKEN_PROGRAM_ADDRESS,
} from '@solana-program/token';

export interface PaymentRequest {
  readonly recipient: Address;
  /** Base units. */
  readonly amount: bigint;
  readonly mint: Address | null;
  readonly references: readonly Address[];
  readonly memo: string | null;
}

export interface SentPayment {
  readonly id: string;
  readonly wire: Base64EncodedWireTransaction;
}

/** Decimals of every token in these tests. */
export const TOKEN_DECIMALS = 6;
const COIN_DECIMALS = 9;

/** Reads a transfer request. Source: docs.solanapay.com/spec. */
export function readUri(uri: string): PaymentRequest {
  const url = new URL(uri);
  const mint = url.searchParams.get('spl-token');
  const [whole = '0', part = ''] = (url.searchParams.get('amount') ?? '0').split('.');
  const decimals = mint === null ? COIN_DECIMALS : TOKEN_DECIMALS;
  if (part.length > decimals) throw new Error('More decimals than the asset has.');
  return {
    recipient: address(url.pathname),
    amount: BigInt(whole + part.padEnd(decimals, '0')),
    mint: mint === null ? null : address(mint),
    references: url.searchParams.getAll('reference').map((key) => address(key)),
    memo: url.searchParams.get('memo'),
  };
}

export class Payer {
  readonly rpc;
  private constructor(
    url: string,
    readonly key: KeyPairSigner,
  ) {
    this.rpc = createSolanaRpc(url as `http://${string}`);
  }

  static async create(url: string): Promise<Payer> {
    return new Payer(url, await generateKeyPairSigner());
  }

  pay = async (request: PaymentRequest): Promise<SentPayment> => this.send(await this.instructionsFor(request));

  /** A payment as instructions: the memo first, the transfer with its references last. */
  async instructionsFor({ recipient, amount, mint, references, memo }: PaymentRequest): Promise<Instruction[]> {
    const config = { programAddress: LEGACY_MEMO_PROGRAM_ADDRESS_V3 };
    const transfer =
      mint === null
        ? [getTransferSolInstruction({ source: this.key, destination: recipient, amount })]
        : await this.tokenTransfer(mint, recipient, amount);
    const last = transfer.pop() as Instruction;
    const keys = references.map((reference) => ({ address: reference, role: AccountRole.READONLY as const }));
    return [
      ...(memo === null ? [] : [getAddMemoInstruction({ memo }, config)]),
      ...transfer,
      { ...last, accounts: [...(last.accounts ?? []), ...keys] },
    ];
  }

  async send(instructions: readonly Instruction[]): Promise<SentPayment> {
    const { value: lifetime } = await this.rpc.getLatestBlockhash({ commitment: 'finalized' }).send();
    const transaction = await pipe(
      createTransactionMessage({ version: 0 }),
      (message) => setTransactionMessageFeePayerSigner(this.key, message),
      (message) => setTransactionMessageLifetimeUsingBlockhash(lifetime, message),
      (message) => appendTransactionMessageInstructions(instructions, message),
      (message) => signTransactionMessageWithSigners(message),
    );
    const wire = getBase64EncodedWireTransaction(transaction);
    await this.rpc.sendTransaction(wire, { encoding: 'base64', preflightCommitment: 'processed' }).send();
    return { id: getSignatureFromTransaction(transaction), wire };
  }

  /** What landed already is refused as processed: nothing to do then. */
  async resend({ id, wire }: SentPayment): Promise<void> {
    const { value } = await this.rpc.getSignatureStatuses([id as never]).send();
    if (value[0] == null) await this.rpc.sendTransaction(wire, { encoding: 'base64' }).send();
  }

  private async tokenTransfer(mint: Address, owner: Address, amount: bigint): Promise<Instruction[]> {
    const accountOf = async (holder: Address): Promise<Address> =>
      (await findAssociatedTokenPda({ owner: holder, mint, tokenProgram: TOKEN_PROGRAM_ADDRESS }))[0];
    const destination = await accountOf(owner);
    return [
      getCreateAssociatedTokenIdempotentInstruction({ payer: this.key, ata: destination, owner, mint }),
      getTransferCheckedInstruction({
        source: await accountOf(this.key.address),
        mint,
        destination,
        authority: this.key,
        amount,
        decimals: TOKEN_DECIMALS,
      }),
    ];
  }
}
