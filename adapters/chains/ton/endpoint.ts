/**
 * The endpoint: toncenter's version 2 (what a node answers, through `TonClient`) and version 3 (what the index answers). Errors come out in
 * the port's two kinds.
 */
import { type Address, Cell, type Transaction, type TupleItem } from '@ton/core';
import { TonClient } from '@ton/ton';
import type { z } from 'zod';
import type { ChainId } from '../../../domain/chain/asset';
import type { ChainConnection } from '../connection';
import { ChainRefusedRequest, ChainUnavailable } from '../port';
import { type IndexedTransaction, masterchainInfo, traceList, transactionList } from './index-answers';
import { normalizedHash } from './wallet';

export interface AccountState {
  readonly balance: bigint;
  readonly code: Cell | null;
  readonly data: Cell | null;
  /** Epoch seconds of the block that this state is of. */
  readonly time: number;
}

export interface TransactionQuery {
  readonly account: Address;
  /** Epoch seconds, included. */
  readonly since: number;
}

/** More than the real network shows at once; a busy account takes several pages. */
const PAGE = 256;
/** A node hands out at most 100. */
const NODE_PAGE = 50;

export class TonEndpoint {
  private readonly client: TonClient;
  private readonly indexUrl: string;

  constructor(private readonly connection: ChainConnection) {
    const apiKey = connection.headers['X-API-Key'];
    this.indexUrl = `${connection.url}/v3`;
    this.client = new TonClient({
      endpoint: `${connection.url}/v2/jsonRPC`,
      timeout: connection.timeoutMs,
      ...(apiKey === undefined ? {} : { apiKey }),
    });
  }

  get chain(): ChainId {
    return this.connection.id;
  }

  /** The newest masterchain block of the index. */
  async masterchain(): Promise<{ readonly seqno: number; readonly hash: string; readonly time: number }> {
    const { last } = await this.ask('masterchainInfo', {}, masterchainInfo);
    return { seqno: last.seqno, hash: last.root_hash, time: Number(last.gen_utime) };
  }

  /** All transactions of an account since a time, oldest first. */
  async transactionsSince(query: TransactionQuery): Promise<readonly IndexedTransaction[]> {
    const found: IndexedTransaction[] = [];
    for (;;) {
      const page = await this.ask(
        'transactions',
        {
          account: query.account.toRawString(),
          start_utime: String(query.since),
          sort: 'asc',
          limit: String(PAGE),
          offset: String(found.length),
        },
        transactionList,
      );
      found.push(...page.transactions);
      if (page.transactions.length < PAGE) return found;
    }
  }

  /** The transaction of this hash (base64), or null. */
  async transaction(hash: string): Promise<IndexedTransaction | null> {
    const { transactions } = await this.ask('transactions', { hash, limit: '1' }, transactionList);
    return transactions[0] ?? null;
  }

  /** The transaction that took in a message (base64; of an external one the normalized hash), or null. */
  async receiptOf(messageHash: string): Promise<IndexedTransaction | null> {
    const { transactions } = await this.ask(
      'transactionsByMessage',
      { msg_hash: messageHash, direction: 'in', limit: '1' },
      transactionList,
    );
    return transactions[0] ?? null;
  }

  /** All transactions that followed from the one of this hash (base64), itself included. */
  async traceOf(hash: string): Promise<readonly IndexedTransaction[]> {
    const { traces } = await this.ask('traces', { tx_hash: hash, limit: '1' }, traceList);
    return Object.values(traces[0]?.transactions ?? {});
  }

  /** True when the node shows that the account took in an external message (normalized hash, hexadecimal) since a time (epoch seconds). */
  async hasTaken(account: Address, message: string, since: number): Promise<boolean> {
    let from: { readonly lt: string; readonly hash: string } | null = null;
    for (;;) {
      const page: readonly Transaction[] = await this.reach(() =>
        this.client.getTransactions(account, { limit: NODE_PAGE, ...(from ?? {}) }),
      );
      if (page.some((one) => tookIn(one, message))) return true;
      const last = page.at(-1);
      if (last === undefined || last.now < since || page.length < NODE_PAGE - 1) return false;
      from = { lt: last.lt.toString(), hash: last.hash().toString('base64') };
    }
  }

  /** An account as the node sees it, of one block. */
  async account(address: Address): Promise<AccountState> {
    const state = await this.reach(() => this.client.getContractState(address));
    return {
      balance: state.balance,
      code: state.code === null ? null : cellOf(state.code),
      data: state.data === null ? null : cellOf(state.data),
      time: state.timestampt,
    };
  }

  /** The stack that a get method leaves; null when the account has no code or the method fails. */
  async getMethod(address: Address, name: string, stack: TupleItem[]) {
    const answer = await this.reach(() => this.client.runMethodWithError(address, name, stack));
    return answer.exit_code === 0 || answer.exit_code === 1 ? answer.stack : null;
  }

  /** What a message would cost its sender, base units of the coin. */
  async estimate(
    address: Address,
    args: { readonly body: Cell; readonly initCode: Cell | null; readonly initData: Cell | null },
  ): Promise<bigint> {
    const { source_fees: fees } = await this.reach(() =>
      this.client.estimateExternalMessageFee(address, { ...args, ignoreSignature: true }),
    );
    return BigInt(fees.in_fwd_fee) + BigInt(fees.storage_fee) + BigInt(fees.gas_fee) + BigInt(fees.fwd_fee);
  }

  /** Sends an external message. Answers null when it was taken, or the node's words when its account does not accept it. */
  async send(boc: Buffer): Promise<string | null> {
    try {
      await this.client.sendFile(boc);
      return null;
    } catch (error) {
      const said = wordsOf(error);
      if (said.includes('cannot apply external message')) return said;
      throw this.translated(error);
    }
  }

  private async ask<Answer>(
    path: string,
    parameters: Record<string, string>,
    shape: z.ZodType<Answer>,
  ): Promise<Answer> {
    const url = `${this.indexUrl}/${path}?${new URLSearchParams(parameters).toString()}`;
    const response = await fetch(url, {
      headers: { ...this.connection.headers },
      signal: AbortSignal.timeout(this.connection.timeoutMs),
    }).catch((error: unknown) => {
      throw new ChainUnavailable(this.chain, `${path}: no answer`, null, { cause: error });
    });
    if (!response.ok) throw this.refusal(path, response.status, response.headers.get('retry-after'));
    const parsed = shape.safeParse(await response.json().catch(() => null));
    if (parsed.success) return parsed.data;
    throw new ChainUnavailable(this.chain, `${path}: an answer that is none`, null, { cause: parsed.error });
  }

  private async reach<Answer>(request: () => Promise<Answer>): Promise<Answer> {
    try {
      return await request();
    } catch (error) {
      throw this.translated(error);
    }
  }

  /** `TonClient` throws errors of its HTTP client, which carry the response, or plain ones for answers that it cannot read. */
  private translated(error: unknown): Error {
    const response = responseOf(error);
    if (response === null)
      return new ChainUnavailable(this.chain, 'no answer, or one that is none', null, { cause: error });
    return this.refusal(wordsOf(error), response.status, response.headers?.['retry-after'] ?? null, error);
  }

  private refusal(about: string, status: number, retryAfter: string | null, cause?: unknown): Error {
    const isOutage = status === 408 || status === 429 || status >= 500;
    const waitMs = retryAfter !== null && /^\d{1,6}$/.test(retryAfter) ? Number(retryAfter) * 1000 : null;
    if (isOutage) return new ChainUnavailable(this.chain, `${about}: HTTP ${status}`, waitMs, { cause });
    return new ChainRefusedRequest(this.chain, `http_${status}`, `${about}: HTTP ${status}`, { cause });
  }
}

const tookIn = ({ inMessage }: Transaction, message: string): boolean =>
  inMessage?.info.type === 'external-in' && normalizedHash(inMessage.info.dest, inMessage.body) === message;

interface HttpResponse {
  readonly status: number;
  readonly data?: unknown;
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

function responseOf(error: unknown): HttpResponse | null {
  const { response } = error as { readonly response?: HttpResponse };
  return response !== undefined && typeof response.status === 'number' ? response : null;
}

function wordsOf(error: unknown): string {
  const data = responseOf(error)?.data;
  if (typeof data === 'object' && data !== null && 'error' in data) return String(data.error);
  return error instanceof Error ? error.message : String(error);
}

const cellOf = (boc: Buffer): Cell => Cell.fromBoc(boc)[0] ?? Cell.EMPTY;
