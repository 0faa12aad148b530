/**
 * Where the sandbox's coins come from: an account of the first block, whose key follows from the seed. All that it gives it gives by real
 * transactions, so that balances change only as on a chain, and a reorganization takes gifts back as well.
 */
import { createHash } from 'node:crypto';
import {
  type Address,
  appendTransactionMessageInstructions,
  type Blockhash,
  createKeyPairSignerFromPrivateKeyBytes,
  createTransactionMessage,
  getBase64EncodedWireTransaction,
  type Instruction,
  type KeyPairSigner,
  pipe,
  setTransactionMessageFeePayerSigner,
  setTransactionMessageLifetimeUsingBlockhash,
  signTransactionMessageWithSigners,
} from '@solana/kit';
import { getAddMemoInstruction, LEGACY_MEMO_PROGRAM_ADDRESS_V3 } from '@solana-program/memo';
import { getCreateAccountInstruction, getTransferSolInstruction } from '@solana-program/system';
import {
  findAssociatedTokenPda,
  getCreateAssociatedTokenIdempotentInstruction,
  getFreezeAccountInstruction,
  getInitializeMint2Instruction,
  getMintSize,
  getMintToInstruction,
} from '@solana-program/token';
import { RpcFailure } from '../rpc/rpc-failure';
import { readWire } from './message';
import { preflight, type SolanaNetwork } from './network';
import { readMintDecimals, TOKEN_PROGRAM } from './token-account';

/** Half a billion coins: more than any test spends. */
const FAUCET_LAMPORTS = 500_000_000_000_000_000n;
const PREFLIGHT_FAILURE = -32002;

export interface Faucet {
  /** Lamports. Answers the signature of the transfer, which the next slot includes. */
  fund(to: Address, lamports: bigint): Promise<string>;
  /** The mint of this name, made when it is not there: its address follows from the seed. */
  mintOf(name: string, decimals: number): Promise<Address>;
  /** Base units of a mint of this faucet to the owner's associated token account. */
  credit(mint: Address, owner: Address, amount: bigint): Promise<string>;
  /** Freezes the owner's associated token account, which must be there. */
  freeze(mint: Address, owner: Address): Promise<string>;
}

/** What the first slot holds: the faucet's coins. */
export async function faucetAtGenesis(seed: string): Promise<{ readonly address: Address; readonly lamports: bigint }> {
  return { address: (await keyOf(seed, 'faucet')).address, lamports: FAUCET_LAMPORTS };
}

/** The faucet of a network that began with `faucetAtGenesis` of the same seed. */
export async function createFaucet(network: SolanaNetwork, seed: string): Promise<Faucet> {
  const faucet = await keyOf(seed, 'faucet');
  const send = sender(network, faucet);
  const tokenAccount = async (mint: Address, owner: Address): Promise<Address> => {
    const [ata] = await findAssociatedTokenPda({ mint, owner, tokenProgram: TOKEN_PROGRAM });
    return ata;
  };
  return {
    fund: (to, lamports) => send([getTransferSolInstruction({ source: faucet, destination: to, amount: lamports })]),
    mintOf: async (name, decimals) => {
      const mint = await keyOf(seed, `mint ${name}`);
      if (readMintDecimals(network.machine.account(mint.address)) === null) {
        await send(newMint(network, faucet, mint, decimals));
        network.mine(1);
      }
      return mint.address;
    },
    credit: async (mint, owner, amount) => {
      const ata = await tokenAccount(mint, owner);
      return send([
        getCreateAssociatedTokenIdempotentInstruction({ payer: faucet, ata, owner, mint }),
        getMintToInstruction({ mint, token: ata, mintAuthority: faucet, amount }),
      ]);
    },
    freeze: async (mint, owner) =>
      send([getFreezeAccountInstruction({ account: await tokenAccount(mint, owner), mint, owner: faucet })]),
  };
}

const keyOf = (seed: string, name: string): Promise<KeyPairSigner> =>
  createKeyPairSignerFromPrivateKeyBytes(createHash('sha256').update(`${seed}|${name}`).digest());

function newMint(network: SolanaNetwork, payer: KeyPairSigner, mint: KeyPairSigner, decimals: number): Instruction[] {
  const space = getMintSize();
  const lamports = network.machine.minimumBalance(space);
  return [
    getCreateAccountInstruction({ payer, newAccount: mint, lamports, space, programAddress: TOKEN_PROGRAM }),
    getInitializeMint2Instruction({
      mint: mint.address,
      decimals,
      mintAuthority: payer.address,
      freezeAuthority: payer.address,
    }),
  ];
}

/** Puts transactions of the faucet into the pool. A memo with a running number keeps two equal gifts apart. */
function sender(
  network: SolanaNetwork,
  faucet: KeyPairSigner,
): (instructions: readonly Instruction[]) => Promise<string> {
  let sent = 0;
  return async (instructions) => {
    sent += 1;
    const slot = network.tip;
    const lifetime = {
      blockhash: network.blockhashOf(slot) as Blockhash,
      lastValidBlockHeight: BigInt(network.heightOf(slot)) + 150n,
    };
    const memo = getAddMemoInstruction(
      { memo: `gift ${slot} ${sent}` },
      { programAddress: LEGACY_MEMO_PROGRAM_ADDRESS_V3 },
    );
    const transaction = await pipe(
      createTransactionMessage({ version: 0 }),
      (message) => setTransactionMessageFeePayerSigner(faucet, message),
      (message) => setTransactionMessageLifetimeUsingBlockhash(lifetime, message),
      (message) => appendTransactionMessageInstructions([...instructions, memo], message),
      (message) => signTransactionMessageWithSigners(message),
    );
    const message = readWire(getBase64EncodedWireTransaction(transaction));
    const { error } = preflight(network, message, 'processed');
    if (error !== null) throw new RpcFailure(PREFLIGHT_FAILURE, `The faucet cannot: ${JSON.stringify(error)}`);
    network.take(message);
    return message.signature;
  };
}
