/**
 * The few messages of the node's gRPC that a client needs, as a protobuf descriptor. Services, methods and the fields of `nockchain.public.v2`
 * bear the published names and numbers; the small types beneath them, and the transaction (here one jammed noun), are our own.
 */
import type { fromJSON } from '@grpc/proto-loader';

type Descriptor = Parameters<typeof fromJSON>[0];

const text = { value: { type: 'string', id: 1 } };
const whole = { value: { type: 'uint64', id: 1 } };
const failure = { type: 'ErrorStatus' };

const unary = (name: string): object => ({ requestType: `${name}Request`, responseType: `${name}Response` });

const services: Descriptor = {
  nested: {
    NockchainService: {
      methods: {
        WalletGetBalance: unary('WalletGetBalance'),
        WalletSendTransaction: unary('WalletSendTransaction'),
        TransactionAccepted: unary('TransactionAccepted'),
      },
    } as never,
    NockchainBlockService: {
      methods: {
        GetBlocks: unary('GetBlocks'),
        GetBlockDetails: unary('GetBlockDetails'),
        GetTransactionBlock: unary('GetTransactionBlock'),
        GetTransactionDetails: unary('GetTransactionDetails'),
      },
    } as never,
  },
};

const shared = {
  Hash: { fields: text },
  Base58Hash: { fields: text },
  Nicks: { fields: whole },
  BlockHeight: { fields: whole },
  ErrorStatus: { fields: { code: { type: 'int32', id: 1 }, message: { type: 'string', id: 2 } } },
  Acknowledged: { fields: {} },
  PageRequest: { fields: { limit: { type: 'uint32', id: 1 }, token: { type: 'string', id: 2 } } },
  PageResponse: { fields: { next_token: { type: 'string', id: 1 } } },
  Name: { fields: { first: { type: 'string', id: 1 }, last: { type: 'string', id: 2 } } },
  NoteDataEntry: { fields: { key: { type: 'string', id: 1 }, blob: { type: 'bytes', id: 2 } } },
  NoteData: { fields: { entries: { rule: 'repeated', type: 'NoteDataEntry', id: 1 } } },
  RawTransaction: { fields: { jam: { type: 'bytes', id: 1 } } },
};

const wallet = {
  Note: {
    fields: {
      origin_page: { type: 'BlockHeight', id: 2 },
      name: { type: 'Name', id: 3 },
      note_data: { type: 'NoteData', id: 4 },
      assets: { type: 'Nicks', id: 5 },
    },
  },
  BalanceEntry: { fields: { name: { type: 'Name', id: 1 }, note: { type: 'Note', id: 2 } } },
  Balance: {
    fields: {
      notes: { rule: 'repeated', type: 'BalanceEntry', id: 1 },
      height: { type: 'BlockHeight', id: 2 },
      block_id: { type: 'Hash', id: 3 },
      page: { type: 'PageResponse', id: 4 },
    },
  },
  WalletGetBalanceRequest: {
    oneofs: { selector: { oneof: ['address', 'first_name'] } },
    fields: {
      address: { type: 'Base58Hash', id: 1 },
      first_name: { type: 'Base58Hash', id: 2 },
      page: { type: 'PageRequest', id: 3 },
    },
  },
  WalletGetBalanceResponse: {
    oneofs: { result: { oneof: ['balance', 'error'] } },
    fields: { balance: { type: 'Balance', id: 1 }, error: { ...failure, id: 2 } },
  },
  WalletSendTransactionRequest: {
    fields: { tx_id: { type: 'Hash', id: 1 }, raw_tx: { type: 'RawTransaction', id: 2 } },
  },
  WalletSendTransactionResponse: {
    oneofs: { result: { oneof: ['ack', 'error'] } },
    fields: { ack: { type: 'Acknowledged', id: 1 }, error: { ...failure, id: 2 } },
  },
  TransactionAcceptedRequest: { fields: { tx_id: { type: 'Base58Hash', id: 1 } } },
  TransactionAcceptedResponse: {
    oneofs: { result: { oneof: ['accepted', 'error'] } },
    fields: { accepted: { type: 'bool', id: 1 }, error: { ...failure, id: 2 } },
  },
};

const block = {
  block_id: { type: 'Hash', id: 1 },
  height: { type: 'uint64', id: 2 },
  parent: { type: 'Hash', id: 3 },
};

const explorer = {
  GetBlocksRequest: { fields: { page: { type: 'PageRequest', id: 1 } } },
  GetBlocksResponse: {
    oneofs: { result: { oneof: ['blocks', 'error'] } },
    fields: { blocks: { type: 'BlocksData', id: 1 }, error: { ...failure, id: 2 } },
  },
  BlocksData: {
    fields: {
      blocks: { rule: 'repeated', type: 'BlockEntry', id: 1 },
      current_height: { type: 'uint64', id: 2 },
      page: { type: 'PageResponse', id: 3 },
    },
  },
  BlockEntry: {
    fields: {
      ...block,
      timestamp: { type: 'uint64', id: 4 },
      tx_ids: { rule: 'repeated', type: 'Base58Hash', id: 5 },
    },
  },
  GetBlockDetailsRequest: {
    oneofs: { selector: { oneof: ['height', 'block_id'] } },
    fields: { height: { type: 'uint64', id: 1 }, block_id: { type: 'Base58Hash', id: 2 } },
  },
  GetBlockDetailsResponse: {
    oneofs: { result: { oneof: ['details', 'error'] } },
    fields: { details: { type: 'BlockDetails', id: 1 }, error: { ...failure, id: 2 } },
  },
  BlockDetails: {
    fields: {
      ...block,
      timestamp: { type: 'uint64', id: 5 },
      tx_ids: { rule: 'repeated', type: 'Base58Hash', id: 9 },
    },
  },
  GetTransactionBlockRequest: { fields: { tx_id: { type: 'Base58Hash', id: 1 } } },
  GetTransactionBlockResponse: {
    oneofs: { result: { oneof: ['block', 'pending', 'error'] } },
    fields: {
      block: { type: 'TransactionBlockData', id: 1 },
      pending: { type: 'TransactionPending', id: 2 },
      error: { ...failure, id: 3 },
    },
  },
  TransactionBlockData: { fields: { ...block, timestamp: { type: 'uint64', id: 4 } } },
  TransactionPending: { fields: {} },
  GetTransactionDetailsRequest: { fields: { tx_id: { type: 'Base58Hash', id: 1 } } },
  GetTransactionDetailsResponse: {
    oneofs: { result: { oneof: ['details', 'pending', 'error'] } },
    fields: {
      details: { type: 'TransactionDetails', id: 1 },
      pending: { type: 'TransactionPending', id: 2 },
      error: { ...failure, id: 3 },
    },
  },
  TransactionDetails: {
    fields: {
      tx_id: { type: 'string', id: 1 },
      block_id: { type: 'Hash', id: 2 },
      height: { type: 'uint64', id: 3 },
      timestamp: { type: 'uint64', id: 4 },
      fee: { type: 'Nicks', id: 9 },
      inputs: { rule: 'repeated', type: 'TransactionInput', id: 10 },
      outputs: { rule: 'repeated', type: 'TransactionOutput', id: 11 },
    },
  },
  TransactionInput: {
    fields: {
      note_name_b58: { type: 'string', id: 1 },
      amount: { type: 'Nicks', id: 2 },
      coinbase: { type: 'bool', id: 4 },
    },
  },
  TransactionOutput: { fields: { note_name_b58: { type: 'string', id: 1 }, amount: { type: 'Nicks', id: 2 } } },
};

/** The package `nockchain.public.v2` as far as it is spoken here. */
export const messages: Descriptor = {
  nested: {
    nockchain: {
      nested: {
        public: { nested: { v2: { nested: { ...services.nested, ...shared, ...wallet, ...explorer } } } },
      },
    },
  } as never,
};
