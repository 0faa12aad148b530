/** Queries of modules through `abci_query`: protobuf in, protobuf out. */
import { BaseAccount } from 'cosmjs-types/cosmos/auth/v1beta1/auth';
import { QueryAccountRequest, QueryAccountResponse } from 'cosmjs-types/cosmos/auth/v1beta1/query';
import { QueryBalanceRequest, QueryBalanceResponse } from 'cosmjs-types/cosmos/bank/v1beta1/query';
import { ConfigResponse } from 'cosmjs-types/cosmos/base/node/v1beta1/query';
import { SimulateRequest, SimulateResponse } from 'cosmjs-types/cosmos/tx/v1beta1/service';
import { Any } from 'cosmjs-types/google/protobuf/any';
import type { CosmosNetwork } from './network';
import { gasOf } from './state';

/** A module's "no", with the number that goes into the answer. */
export class QueryRefused extends Error {
  override readonly name = 'QueryRefused';
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

type Query = (network: CosmosNetwork, data: Uint8Array, height: number) => Uint8Array;

const MICRO = 1_000_000n;

/** By path. */
export const queries: Readonly<Record<string, Query>> = {
  '/cosmos.bank.v1beta1.Query/Balance': ({ state }, data, height) => {
    const { address, denom } = QueryBalanceRequest.decode(data);
    const amount = state.balanceAt(address, denom, height).toString();
    return QueryBalanceResponse.encode({ balance: { denom, amount } }).finish();
  },
  '/cosmos.auth.v1beta1.Query/Account': ({ state }, data, height) => {
    const { address } = QueryAccountRequest.decode(data);
    const account = state.accountAt(address, height);
    if (account === null) {
      throw new QueryRefused(22, `rpc error: code = NotFound desc = account ${address} not found: key not found`);
    }
    const { number, sequence } = account;
    const value = BaseAccount.encode(
      BaseAccount.fromPartial({ address, accountNumber: BigInt(number), sequence: BigInt(sequence) }),
    ).finish();
    return QueryAccountResponse.encode({
      account: Any.fromPartial({ typeUrl: '/cosmos.auth.v1beta1.BaseAccount', value }),
    }).finish();
  },
  '/cosmos.tx.v1beta1.Service/Simulate': (network, data) => simulate(network, SimulateRequest.decode(data).txBytes),
  '/cosmos.base.node.v1beta1.Service/Config': ({ gasPriceMicro, state }) =>
    ConfigResponse.encode(
      ConfigResponse.fromPartial({ minimumGasPrice: `${decimal(gasPriceMicro)}${state.rules.denom}` }),
    ).finish(),
};

/** Runs the messages on the newest state, of which nothing stays. */
function simulate(network: CosmosNetwork, bytes: Uint8Array): Uint8Array {
  const transaction = network.decode(bytes);
  const refusal = network.state.refusalOf(transaction);
  if (refusal !== null) {
    throw new QueryRefused(
      2,
      `rpc error: code = Unknown desc = failed to execute message; message index: 0: ${refusal.log}`,
    );
  }
  const gasUsed = gasOf(transaction);
  return SimulateResponse.encode(SimulateResponse.fromPartial({ gasInfo: { gasWanted: gasUsed, gasUsed } })).finish();
}

/** 18 places, as the SDK writes decimals. */
function decimal(micro: bigint): string {
  return `${micro / MICRO}.${(micro % MICRO).toString().padStart(6, '0')}000000000000`;
}
