/** The TON virtual machine (`@ton/sandbox`), one call per transaction: given an account's cell and a message, what became of both. */
import { Address, beginCell, Cell, loadShardAccount, parseTuple, storeShardAccount, type TupleItem } from '@ton/core';
import { createEmptyShardAccount, defaultConfig, Executor } from '@ton/sandbox';
import { RpcFailure } from '../rpc/rpc-failure';
import { methodId } from './method-id';

export interface Execution {
  /** The transaction's cell, base64. */
  readonly boc: string;
  /** The account's cell afterwards, base64. */
  readonly after: string;
}

export interface ExecutionRequest {
  readonly account: string;
  /** The account's cell, base64; null: nothing was ever there. */
  readonly before: string | null;
  readonly message: Cell;
  readonly time: number;
  readonly lt: bigint;
  readonly ignoresSignature?: boolean;
}

export interface GetMethodAnswer {
  readonly exitCode: number;
  readonly gasUsed: number;
  readonly stack: readonly TupleItem[];
}

const GET_METHOD_GAS = 10_000_000n;
/** What a node answers for a method of an account that has no code. */
const NO_CODE_EXIT = -13;
const SEED = Buffer.alloc(32, 7);

export class TonMachine {
  private constructor(private readonly executor: Executor) {}

  static async start(): Promise<TonMachine> {
    return new TonMachine(await Executor.create());
  }

  /** @throws RpcFailure 500 when the account's code does not accept an external message: nothing changed. */
  async execute(request: ExecutionRequest): Promise<Execution> {
    const { result } = await this.executor.runTransaction({
      config: defaultConfig,
      libs: null,
      verbosity: 'short',
      shardAccount: request.before ?? emptyAccount(request.account),
      now: request.time,
      lt: request.lt,
      randomSeed: SEED,
      ignoreChksig: request.ignoresSignature ?? false,
      debugEnabled: false,
      message: request.message,
    });
    if (result.success) return { boc: result.transaction, after: result.shardAccount };
    throw notAccepted(request.account, result.error, result.vmResults?.vmExitCode ?? null);
  }

  async runGetMethod(
    account: { readonly address: string; readonly cell: string | null; readonly time: number },
    method: string | number,
    stack: TupleItem[],
  ): Promise<GetMethodAnswer> {
    const state = account.cell === null ? null : parseAccount(account.cell);
    if (state?.account?.storage.state.type !== 'active') return { exitCode: NO_CODE_EXIT, gasUsed: 0, stack: [] };
    const { code, data } = state.account.storage.state.state;
    if (code == null || data == null) return { exitCode: NO_CODE_EXIT, gasUsed: 0, stack: [] };
    const { output } = await this.executor.runGetMethod({
      code,
      data,
      methodId: typeof method === 'number' ? method : methodId(method),
      stack,
      config: defaultConfig,
      verbosity: 'short',
      address: Address.parseRaw(account.address),
      unixTime: account.time,
      balance: state.account.storage.balance.coins,
      randomSeed: SEED,
      gasLimit: GET_METHOD_GAS,
      debugEnabled: false,
    });
    if (!output.success) throw new RpcFailure(500, `LITE_SERVER_UNKNOWN: ${output.error}`);
    return {
      exitCode: output.vm_exit_code,
      gasUsed: Number(output.gas_used),
      stack: parseTuple(Cell.fromBase64(output.stack)),
    };
  }
}

export const parseAccount = (cell: string) => loadShardAccount(Cell.fromBase64(cell).beginParse());

const emptyAccount = (address: string): string =>
  beginCell()
    .store(storeShardAccount(createEmptyShardAccount(Address.parseRaw(address))))
    .endCell()
    .toBoc()
    .toString('base64');

/** In the words of a lite server, as toncenter hands them on. */
function notAccepted(account: string, error: string, exitCode: number | null): RpcFailure {
  const reason =
    exitCode === null
      ? error
      : `External message was not accepted\nCannot run message on account: inbound external message rejected by account ${account.slice(account.indexOf(':') + 1).toUpperCase()}:\nexitcode=${exitCode}, steps=0, gas_used=0\n`;
  return new RpcFailure(500, `LITE_SERVER_UNKNOWN: cannot apply external message to current state : ${reason}`);
}
