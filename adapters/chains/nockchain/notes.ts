/** Unspent notes of an address, which are its balance and what it pays with. */
import type { NockchainEndpoint } from './endpoint';
import { firstNameOf } from './keys';

export interface HeldNote {
  /** `first last`: names the input in rows and requests. */
  readonly id: string;
  readonly first: string;
  readonly last: string;
  readonly nicks: bigint;
  readonly originPage: bigint;
  readonly data: readonly { readonly key: string; readonly blob: Uint8Array }[];
}

interface BalanceAnswer {
  readonly balance: {
    readonly notes?: readonly {
      readonly name: { readonly first: string; readonly last: string };
      readonly note: {
        readonly assets: { readonly value: string };
        readonly origin_page: { readonly value: string };
        readonly note_data: {
          readonly entries?: readonly { readonly key: string; readonly blob: Uint8Array }[];
        } | null;
      };
    }[];
    readonly page: { readonly next_token: string } | null;
  };
}

/** By first name, never by address: the node's selector by address knows no notes of version 1, and answers an empty balance. */
export async function notesOf(endpoint: NockchainEndpoint, address: string): Promise<readonly HeldNote[]> {
  const first = firstNameOf(address);
  const notes: HeldNote[] = [];
  for (let token = ''; ;) {
    const answer = await endpoint.call<BalanceAnswer>('WalletGetBalance', {
      first_name: { value: first },
      page: { limit: 0, token },
    });
    for (const { name, note } of answer?.balance.notes ?? []) {
      notes.push({
        id: `${name.first} ${name.last}`,
        first: name.first,
        last: name.last,
        nicks: BigInt(note.assets.value),
        originPage: BigInt(note.origin_page.value),
        data: note.note_data?.entries ?? [],
      });
    }
    token = answer?.balance.page?.next_token ?? '';
    if (token === '') return notes;
  }
}

export const nicksOf = (notes: readonly HeldNote[]): bigint => notes.reduce((total, { nicks }) => total + nicks, 0n);
