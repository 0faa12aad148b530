/**
 * A small ERC-20 token, as assembly: what a settlement asks of one (`transfer`, `balanceOf`, `decimals`, `symbol`, Transfer logs), and what
 * USDC adds, a list of addresses that cannot receive. Coins come into being by orders of the double, which write its storage.
 */
import { toFunctionSelector } from 'viem';
import { assemble } from './assembler';

/** keccak256 of "Transfer(address,address,uint256)". */
const transferTopic = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef';

const selector = (signature: string): string => toFunctionSelector(signature);

const word = (text: string): string => `0x${Buffer.from(text.padEnd(32, '\0')).toString('hex')}`;

/** Set in the slot that says whether an address is blocked. */
const blockedBit = `0x01${'00'.repeat(20)}` as const;

/** The slot that keeps what an address holds: the address itself. */
export const balanceSlot = (address: string): bigint => BigInt(address);
/** The slot that is not zero when an address cannot receive. */
export const blockedSlot = (address: string): bigint => BigInt(address) | BigInt(blockedBit);

/** The stack stands behind each line, its top at the right. */
const program = (symbol: string, decimals: number): string => `
  PUSH0 CALLDATALOAD 0xe0 SHR                          ; selector
  DUP1 ${selector('balanceOf(address)')} EQ @balanceOf JUMPI
  DUP1 ${selector('transfer(address,uint256)')} EQ @transfer JUMPI
  DUP1 ${selector('decimals()')} EQ @decimals JUMPI
  DUP1 ${selector('symbol()')} EQ @symbol JUMPI
fail:
  PUSH0 PUSH0 REVERT

balanceOf:
  0x04 CALLDATALOAD SLOAD PUSH0 MSTORE 0x20 PUSH0 RETURN

transfer:
  0x24 CALLDATALOAD 0x04 CALLDATALOAD                  ; amount to
  DUP1 ${blockedBit} OR SLOAD @fail JUMPI              ; amount to
  CALLER SLOAD                                         ; amount to held
  DUP3 DUP2 LT @fail JUMPI                             ; amount to held
  DUP3 SWAP1 SUB CALLER SSTORE                         ; amount to
  DUP2 DUP2 SLOAD ADD DUP2 SSTORE                      ; amount to
  SWAP1 PUSH0 MSTORE                                   ; to
  CALLER ${transferTopic} 0x20 PUSH0 LOG3
  0x01 PUSH0 MSTORE 0x20 PUSH0 RETURN

decimals:
  0x${decimals.toString(16).padStart(2, '0')} PUSH0 MSTORE 0x20 PUSH0 RETURN

symbol:
  0x20 PUSH0 MSTORE 0x${symbol.length.toString(16).padStart(2, '0')} 0x20 MSTORE
  ${word(symbol)} 0x40 MSTORE 0x60 PUSH0 RETURN
`;

/** Code that deploys the token: hexadecimal, to be sent as the data of a transaction without a receiver. */
export function tokenCode(symbol: string, decimals: number): `0x${string}` {
  const runtime = assemble(program(symbol, decimals));
  const length = `0x${(runtime.length / 2).toString(16).padStart(4, '0')}`;
  const deploy = (offset: number): string =>
    assemble(`${length} DUP1 0x${offset.toString(16).padStart(2, '0')} PUSH0 CODECOPY PUSH0 RETURN`);
  return `0x${deploy(deploy(0).length / 2)}${runtime}`;
}
