/** A wallet outside: the project's own wasm for keys and transactions, and gRPC by hand. Nothing of the adapter. */
import fs from 'node:fs';
import { Client, credentials, loadPackageDefinition, type ServiceDefinition } from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';
import * as rose from '@nockchain/rose-wasm';
import { messages } from '../../../../sandbox/chains/nockchain/messages';

/** Nicks for a word. */
const BASE_FEE = 16_384n;

export interface SentTransaction {
  readonly id: string;
  readonly jam: Uint8Array;
}

interface Balance {
  readonly balance: {
    readonly notes: readonly {
      readonly name: { readonly first: string; readonly last: string };
      readonly note: { readonly assets: { readonly value: string }; readonly origin_page: { readonly value: string } };
    }[];
  };
}

export class Payer {
  readonly address: string;
  private readonly key;
  private readonly client: Client;
  private readonly methods: ServiceDefinition;
  /** Notes that were spent already, though the chain may not show it yet. */
  private readonly spent = new Set<string>();

  constructor(host: string, seed: Uint8Array) {
    rose.initSync({ module: fs.readFileSync(require.resolve('@nockchain/rose-wasm/rose_wasm_bg.wasm')) });
    this.key = rose.deriveMasterKey(seed);
    this.address = rose.hashPublicKey(this.key.publicKey);
    this.client = new Client(host, credentials.createInsecure());
    const loaded = loadPackageDefinition(fromJSON(messages, { keepCase: true, longs: String, oneofs: true }));
    this.methods = (
      loaded as unknown as { nockchain: { public: { v2: { NockchainService: { service: ServiceDefinition } } } } }
    ).nockchain.public.v2.NockchainService.service;
  }

  /** Pays from one note; the change comes back with the next block. */
  async pay(to: string, nicks: bigint): Promise<SentTransaction> {
    const first = this.lock().firstName().value;
    const { balance } = await this.call<Balance>('WalletGetBalance', { first_name: { value: first } });
    const chosen = balance.notes.find(
      ({ name, note }) => !this.spent.has(name.last) && BigInt(note.assets.value) > nicks + 100n * 65_536n,
    );
    if (chosen === undefined) throw new Error('The payer has no note left.');
    this.spent.add(chosen.name.last);
    const note = (): rose.Note =>
      new rose.Note(
        rose.Version.V1(),
        BigInt(chosen.note.origin_page.value),
        new rose.Name(chosen.name.first, chosen.name.last),
        rose.NoteData.empty(),
        BigInt(chosen.note.assets.value),
      );
    const spend = new rose.SpendBuilder(note(), this.lock(), this.lock());
    spend.seed(rose.Seed.newSinglePkh(new rose.Digest(to), nicks, note().hash(), false, null));
    spend.computeRefund(false);
    const builder = new rose.TxBuilder(BASE_FEE);
    builder.spend(spend);
    builder.recalcAndSetFee(false);
    builder.sign(this.key.privateKey ?? new Uint8Array());
    const raw = builder.build().toRawTx();
    const sent = { id: raw.id.value, jam: raw.toJam() };
    await this.resend(sent);
    return sent;
  }

  resend = async ({ id, jam }: SentTransaction): Promise<void> =>
    void (await this.call('WalletSendTransaction', { tx_id: { value: id }, raw_tx: { jam } }));

  close(): void {
    this.client.close();
  }

  private lock = (): rose.SpendCondition => rose.SpendCondition.newPkh(rose.Pkh.single(this.address));

  private call<Answer>(name: string, request: object): Promise<Answer> {
    const method = this.methods[name];
    if (method === undefined) throw new Error(`No method ${name}.`);
    return new Promise((resolve, reject) => {
      this.client.makeUnaryRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        request,
        (error, value) => (error === null ? resolve(value as Answer) : reject(error)),
      );
    });
  }
}
