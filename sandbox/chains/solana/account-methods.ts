/** Balances, accounts and token accounts. */
import { type Address, getBase58Decoder } from '@solana/kit';
import { z } from 'zod';
import { RpcFailure } from '../rpc/rpc-failure';
import type { RpcMethods } from '../rpc/protocol';
import type { StoredAccount } from './machine';
import { toBase64 } from './message';
import type { Commitment, SolanaNetwork } from './network';
import { addressParameter, commitmentParameter, inContext, parameter } from './rpc-parameters';
import {
  readMintDecimals,
  readTokenAccount,
  TOKEN_2022_PROGRAM,
  TOKEN_PROGRAM,
  type TokenAccount,
  uiAmount,
} from './token-account';

const INVALID_PARAMS = -32602;

const encodingOption = z
  .object({ encoding: z.enum(['base58', 'base64', 'jsonParsed']).nullish() })
  .nullish()
  .transform((given) => given?.encoding ?? 'base58');
type Encoding = z.infer<typeof encodingOption>;

const tokenFilter = z.union([z.object({ mint: z.string() }), z.object({ programId: z.string() })]);

export function accountMethods(network: SolanaNetwork): RpcMethods {
  const read = (address: Address, params: unknown, index: number): StoredAccount | null =>
    network.accountAt(address, commitmentParameter(network, params, index));
  return {
    getBalance: (params) => {
      const level = commitmentParameter(network, params, 1);
      return inContext(network, level, network.accountAt(addressParameter(params, 0), level)?.lamports ?? 0n);
    },
    getAccountInfo: (params) => {
      const level = commitmentParameter(network, params, 1);
      const account = read(addressParameter(params, 0), params, 1);
      return inContext(network, level, accountJson(network, account, parameter(encodingOption, params, 1)));
    },
    getMultipleAccounts: (params) => {
      const level = commitmentParameter(network, params, 1);
      const encoding = parameter(encodingOption, params, 1);
      const addresses = parameter(z.array(z.string()).max(100), params, 0).map((_, index) =>
        addressParameter(parameter(z.array(z.string()), params, 0), index),
      );
      return inContext(
        network,
        level,
        addresses.map((address) => accountJson(network, network.accountAt(address, level), encoding)),
      );
    },
    getTokenAccountsByOwner: (params) => {
      const level = commitmentParameter(network, params, 2);
      const encoding = parameter(encodingOption, params, 2);
      const owner = addressParameter(params, 0);
      const wanted = parameter(tokenFilter, params, 1);
      return inContext(
        network,
        level,
        tokenAccountsOf(network, owner, level, wanted).map(({ address, account }) => ({
          pubkey: address,
          account: accountJson(network, account, encoding),
        })),
      );
    },
    getTokenAccountBalance: (params) => {
      const level = commitmentParameter(network, params, 1);
      const token = readTokenAccount(network.accountAt(addressParameter(params, 0), level));
      if (token === null) throw new RpcFailure(INVALID_PARAMS, 'Invalid param: could not find account');
      return inContext(network, level, uiAmount(token.amount, decimalsOf(network, token.mint)));
    },
  };
}

function tokenAccountsOf(
  network: SolanaNetwork,
  owner: Address,
  level: Commitment,
  wanted: z.infer<typeof tokenFilter>,
): { readonly address: Address; readonly account: StoredAccount }[] {
  const programs = 'programId' in wanted ? [wanted.programId as Address] : [TOKEN_PROGRAM, TOKEN_2022_PROGRAM];
  return programs
    .flatMap((program) => network.machine.accountsOf(program))
    .flatMap(({ address }) => {
      const account = network.accountAt(address, level);
      const token = readTokenAccount(account);
      if (account === null || token === null || token.owner !== owner) return [];
      return 'mint' in wanted && token.mint !== wanted.mint ? [] : [{ address, account }];
    });
}

function accountJson(network: SolanaNetwork, account: StoredAccount | null, encoding: Encoding): object | null {
  if (account === null) return null;
  return {
    lamports: account.lamports,
    owner: account.owner,
    executable: account.executable,
    rentEpoch: 18_446_744_073_709_551_615n,
    space: account.data.length,
    data: dataJson(network, account, encoding),
  };
}

function dataJson(network: SolanaNetwork, account: StoredAccount, encoding: Encoding): unknown {
  const token = encoding === 'jsonParsed' ? readTokenAccount(account) : null;
  if (token !== null) return parsedToken(network, token, account.data.length);
  if (encoding === 'base58') return getBase58Decoder().decode(account.data);
  return [toBase64(account.data), 'base64'];
}

const parsedToken = (network: SolanaNetwork, token: TokenAccount, space: number): object => ({
  program: token.program === TOKEN_PROGRAM ? 'spl-token' : 'spl-token-2022',
  space,
  parsed: {
    type: 'account',
    info: {
      mint: token.mint,
      owner: token.owner,
      state: token.state === 2 ? 'frozen' : 'initialized',
      isNative: false,
      tokenAmount: uiAmount(token.amount, decimalsOf(network, token.mint)),
    },
  },
});

const decimalsOf = (network: SolanaNetwork, mint: Address): number =>
  readMintDecimals(network.machine.account(mint)) ?? 0;
