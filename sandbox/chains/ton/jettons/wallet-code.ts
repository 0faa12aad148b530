/**
 * The jetton wallet: holds one owner's units. TEP-74 with its operations and get method; the exit codes are those of the reference contract.
 */
import { addressOfState, initialState } from './address-of';
import { build, contract, demand, integer, jumpIf, op, put, refuse, runIf, variables } from './assembler';
import { sendMessage } from './message';
import { EXCESSES, INTERNAL_TRANSFER, TRANSFER, TRANSFER_NOTIFICATION } from './operations';

const v = variables([
  'total',
  'value',
  'message',
  'body',
  'flags',
  'sender',
  'held',
  'owner',
  'master',
  'code',
  'data',
  'operation',
  'query',
  'amount',
  'other',
  'change',
  'forwarded',
  'skipped',
  'state',
  'cell',
]);
const { get, set } = v;

/** Coins that a transfer needs for the gas of both wallets, beside what it forwards. */
const GAS_MIN = 30_000_000;
/** Coins that a wallet keeps for its rent. */
const RENT = 10_000_000;

const loadData = [
  ...op.readData,
  ...op.beginParse,
  ...set('data'),
  ...v.loadCoins('data', 'held'),
  ...v.loadAddress('data', 'owner'),
  ...v.loadAddress('data', 'master'),
  ...v.loadReference('data', 'code'),
];

const saveData = [
  ...build(put.coins(get('held')), put.slice(get('owner')), put.slice(get('master')), put.reference(get('code'))),
  ...op.writeData,
];

/** The wallet of `other` under the same master. */
const otherState = initialState({ owner: get('other'), master: get('master'), walletCode: get('code') });

const credit = [...get('held'), ...get('amount'), ...op.add, ...set('held')];

const transfer = [
  ...v.loadCoins('body', 'amount'),
  ...v.loadAddress('body', 'other'),
  ...v.loadAddress('body', 'change'),
  ...v.loadMaybeReference('body', 'skipped'),
  ...v.loadCoins('body', 'forwarded'),
  ...get('sender'),
  ...get('owner'),
  ...op.sameSlice,
  ...demand(705),
  ...get('held'),
  ...get('amount'),
  ...op.less,
  ...op.not,
  ...demand(706),
  ...get('value'),
  ...get('forwarded'),
  ...integer(GAS_MIN),
  ...op.add,
  ...op.greater,
  ...demand(709),
  ...get('held'),
  ...get('amount'),
  ...op.subtract,
  ...set('held'),
  ...saveData,
  ...otherState,
  ...set('state'),
  ...build(
    put.uint(integer(INTERNAL_TRANSFER), 32),
    put.uint(get('query'), 64),
    put.coins(get('amount')),
    put.slice(get('owner')),
    put.slice(get('change')),
    put.coins(get('forwarded')),
    put.slice(get('body')),
  ),
  ...set('cell'),
  ...sendMessage({
    to: [...get('state'), ...addressOfState],
    value: integer(0),
    state: get('state'),
    body: get('cell'),
    bounces: true,
    // Carries on what is left of the value that came in.
    mode: 64,
  }),
];

const notify = [
  ...build(
    put.uint(integer(TRANSFER_NOTIFICATION), 32),
    put.uint(get('query'), 64),
    put.coins(get('amount')),
    put.slice(get('other')),
    put.slice(get('body')),
  ),
  ...set('cell'),
  // Fees come on top; a receiver that fails does not send it back.
  ...sendMessage({ to: get('owner'), value: get('forwarded'), body: get('cell'), bounces: false, mode: 1 }),
];

const giveChange = [
  ...build(put.uint(integer(EXCESSES), 32), put.uint(get('query'), 64)),
  ...set('cell'),
  // All that is not reserved; without failing when there is nothing.
  ...sendMessage({ to: get('change'), value: integer(0), body: get('cell'), bounces: false, mode: 130 }),
];

const receive = [
  ...v.loadCoins('body', 'amount'),
  ...v.loadAddress('body', 'other'),
  ...v.loadAddress('body', 'change'),
  ...v.loadCoins('body', 'forwarded'),
  ...get('sender'),
  ...get('master'),
  ...op.sameSlice,
  // A mint has no sender whose wallet could be derived.
  ...op.not,
  ...runIf([...otherState, ...addressOfState, ...get('sender'), ...op.sameSlice, ...demand(707)]),
  ...credit,
  ...saveData,
  ...get('total'),
  ...get('value'),
  ...op.subtract,
  ...integer(RENT),
  ...op.max,
  // At most what is there.
  ...integer(2),
  ...op.reserve,
  ...get('forwarded'),
  ...integer(0),
  ...op.greater,
  ...runIf(notify),
  ...get('change'),
  ...op.bitsLeft,
  ...integer(2),
  ...op.greater,
  ...runIf(giveChange),
];

/** What we sent came back: the units are ours again. */
const takeBack = [
  ...v.loadUint('body', 32, 'skipped'),
  ...v.loadUint('body', 32, 'operation'),
  ...get('operation'),
  ...integer(INTERNAL_TRANSFER),
  ...op.equal,
  ...runIf([...v.loadUint('body', 64, 'query'), ...v.loadCoins('body', 'amount'), ...credit, ...saveData]),
];

const onMessage = [
  ...set('body'),
  ...op.beginParse,
  ...set('message'),
  ...set('value'),
  ...set('total'),
  ...v.loadUint('message', 4, 'flags'),
  ...v.loadAddress('message', 'sender'),
  ...loadData,
  ...get('flags'),
  ...integer(1),
  ...op.and,
  ...jumpIf(takeBack),
  ...get('body'),
  ...op.bitsLeft,
  ...integer(32),
  ...op.less,
  // Coins alone: taken.
  ...jumpIf([]),
  ...v.loadUint('body', 32, 'operation'),
  ...v.loadUint('body', 64, 'query'),
  ...get('operation'),
  ...integer(TRANSFER),
  ...op.equal,
  ...jumpIf(transfer),
  ...get('operation'),
  ...integer(INTERNAL_TRANSFER),
  ...op.equal,
  ...jumpIf(receive),
  ...refuse(1800),
];

export const jettonWalletCode = contract(onMessage, {
  get_wallet_data: [...loadData, ...get('held'), ...get('owner'), ...get('master'), ...get('code')],
});
