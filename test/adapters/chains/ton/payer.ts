/** Somebody outside with a wallet and the standard client, who knows nothing of ours but what an instruction says. */
import {
  Address,
  beginCell,
  comment,
  external,
  internal,
  type MessageRelaxed,
  SendMode,
  storeMessage,
} from '@ton/core';
import { keyPairFromSeed } from '@ton/crypto';
import { TonClient, WalletContractV5R1 } from '@ton/ton';
import { jettonTransferOf } from './jettons';

const VALID_SECONDS = 600;
const ATTACHED = 100_000_000n;

export interface Sent {
  /** Of the transaction that credited, hexadecimal. */
  readonly id: string;
  readonly boc: Buffer;
}

export interface UriParts {
  readonly to: Address;
  readonly amount: bigint;
  readonly text: string | null;
  readonly jetton: Address | null;
}

/** Reads `ton://transfer/…` as a wallet does. */
export function readUri(uri: string): UriParts {
  const url = new URL(uri);
  const jetton = url.searchParams.get('jetton');
  return {
    to: Address.parse(url.pathname.slice(1)),
    amount: BigInt(url.searchParams.get('amount') ?? '0'),
    text: url.searchParams.get('text'),
    jetton: jetton === null ? null : Address.parse(jetton),
  };
}

export class Payer {
  readonly client: TonClient;
  readonly wallet: WalletContractV5R1;
  private readonly secretKey: Buffer;

  constructor(
    endpoint: string,
    seed: Buffer,
    private readonly now: () => number,
  ) {
    const keys = keyPairFromSeed(seed);
    this.client = new TonClient({ endpoint });
    this.wallet = WalletContractV5R1.create({ publicKey: keys.publicKey });
    this.secretKey = keys.secretKey;
  }

  /** Pays what an address of the kind `ton://` says. */
  pay(parts: UriParts): Promise<Sent> {
    return parts.jetton === null ? this.payCoin(parts) : this.payJetton(parts.jetton, parts);
  }

  async payCoin({ to, amount, text }: UriParts): Promise<Sent> {
    const body = text === null ? {} : { body: comment(text) };
    const boc = await this.send([internal({ to, value: amount, bounce: false, ...body })]);
    return { id: await this.newestOf(to), boc };
  }

  async payJetton(master: Address, { to, amount, text }: UriParts, forwarded = 1n): Promise<Sent> {
    const own = await this.jettonWallet(master, this.wallet.address);
    const body = jettonTransferOf({ amount, to, change: this.wallet.address, text, forwarded });
    const boc = await this.send([internal({ to: own, value: ATTACHED + forwarded, bounce: true, body })]);
    return { id: await this.newestOf(await this.jettonWallet(master, to)), boc };
  }

  /** The same bytes again. */
  async resend(boc: Buffer): Promise<void> {
    await this.client.sendFile(boc).catch(() => undefined);
  }

  /** Any messages, by one signature. */
  async send(messages: MessageRelaxed[]): Promise<Buffer> {
    const seqno = await this.client.open(this.wallet).getSeqno();
    const body = this.wallet.createTransfer({
      seqno,
      secretKey: this.secretKey,
      timeout: this.now() + VALID_SECONDS,
      sendMode: SendMode.PAY_GAS_SEPARATELY | SendMode.IGNORE_ERRORS,
      messages,
    });
    const message = external({ to: this.wallet.address, body, init: seqno === 0 ? this.wallet.init : null });
    const boc = beginCell().store(storeMessage(message)).endCell().toBoc();
    await this.client.sendFile(boc);
    return boc;
  }

  async jettonWallet(master: Address, owner: Address): Promise<Address> {
    const cell = beginCell().storeAddress(owner).endCell();
    const { stack } = await this.client.runMethod(master, 'get_wallet_address', [{ type: 'slice', cell }]);
    return stack.readAddress();
  }

  private async newestOf(address: Address): Promise<string> {
    const state = await this.client.getContractState(address);
    return Buffer.from(state.lastTransaction?.hash ?? '', 'base64').toString('hex');
  }
}
