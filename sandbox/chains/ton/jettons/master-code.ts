/** The jetton's master: mints on the word of its administrator, and derives the wallet of an owner (TEP-74, TEP-89). */
import { addressOfState, initialState } from './address-of';
import { build, contract, demand, integer, op, put, variables } from './assembler';
import { sendMessage } from './message';
import { INTERNAL_TRANSFER, MINT } from './operations';

const v = variables([
  'message',
  'body',
  'flags',
  'sender',
  'supply',
  'admin',
  'content',
  'code',
  'data',
  'operation',
  'query',
  'amount',
  'owner',
  'state',
  'cell',
  'inner',
  'master',
]);
const { get, set } = v;

/** Coins that go to the wallet with a mint, of which it keeps its rent. */
const ATTACHED = 50_000_000;

const loadData = [
  ...op.readData,
  ...op.beginParse,
  ...set('data'),
  ...v.loadCoins('data', 'supply'),
  ...v.loadAddress('data', 'admin'),
  ...v.loadReference('data', 'content'),
  ...v.loadReference('data', 'code'),
  ...op.myAddress,
  ...set('master'),
];

const ownerState = initialState({ owner: get('owner'), master: get('master'), walletCode: get('code') });

const onMessage = [
  ...set('body'),
  ...op.beginParse,
  ...set('message'),
  ...op.drop,
  ...op.drop,
  ...v.loadUint('message', 4, 'flags'),
  ...v.loadAddress('message', 'sender'),
  ...loadData,
  ...v.loadUint('body', 32, 'operation'),
  ...v.loadUint('body', 64, 'query'),
  ...get('operation'),
  ...integer(MINT),
  ...op.equal,
  ...demand(1800),
  ...get('sender'),
  ...get('admin'),
  ...op.sameSlice,
  ...demand(73),
  ...v.loadAddress('body', 'owner'),
  ...v.loadReference('body', 'inner'),
  ...get('inner'),
  ...op.beginParse,
  ...set('cell'),
  ...v.loadUint('cell', 32, 'operation'),
  ...get('operation'),
  ...integer(INTERNAL_TRANSFER),
  ...op.equal,
  ...demand(1801),
  ...v.loadUint('cell', 64, 'query'),
  ...v.loadCoins('cell', 'amount'),
  ...get('supply'),
  ...get('amount'),
  ...op.add,
  ...set('supply'),
  ...build(
    put.coins(get('supply')),
    put.slice(get('admin')),
    put.reference(get('content')),
    put.reference(get('code')),
  ),
  ...op.writeData,
  ...ownerState,
  ...set('state'),
  ...sendMessage({
    to: [...get('state'), ...addressOfState],
    value: integer(ATTACHED),
    state: get('state'),
    body: get('inner'),
    bounces: false,
    mode: 1,
  }),
];

export const jettonMasterCode = contract(onMessage, {
  get_jetton_data: [...loadData, ...get('supply'), ...integer(1), ...get('admin'), ...get('content'), ...get('code')],
  get_wallet_address: [...set('owner'), ...loadData, ...ownerState, ...addressOfState],
});
