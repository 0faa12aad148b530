/** What an e-invoice must hold and is not known. Each fault names the field of the API that mends it, and the rule of EN 16931. */
import type { DocumentSource } from '../../../domain/document/source';
import type { FieldError } from '../../../domain/errors';
import { exponentOf } from '../../../domain/money';
import { vatNumberOf } from './party';

/** The two languages of EN 16931. */
export type Syntax = 'UBL' | 'CII';

/** BR-DEC-*: amounts have at most two places. */
const placesMax = 2;

function currencyFaults({ currency }: DocumentSource): (string | false)[][] {
  return [
    [!/^[A-Z]{3}$/.test(currency) && 'currency', 'must be one of ISO 4217 (BT-5)'],
    [exponentOf(currency) > placesMax && 'currency', `must have at most ${placesMax} decimal places (BR-DEC-14)`],
  ];
}

/** UBL goes through networks that deliver to addresses; Factur-X is handed over as a file. */
function addressFaults({ seller, customer }: DocumentSource, syntax: Syntax): (string | false)[][] {
  const isSent = syntax === 'UBL';
  return [
    [isSent && seller.email === null && 'entity.email', 'must be known, as its electronic address (BT-34)'],
    [isSent && customer.email === null && 'customer.email', 'must be known, as its electronic address (BT-49)'],
  ];
}

/** The faults, none for a document that can be written. */
export function faultsOf(source: DocumentSource, syntax: Syntax): FieldError[] {
  const { seller, customer, lines } = source;
  const taxed = lines.some(({ taxKind }) => taxKind === 'taxed');
  const reversed = lines.some(({ taxKind }) => taxKind === 'reverse_charge');
  const checks: (string | false)[][] = [
    ...currencyFaults(source),
    ...addressFaults(source, syntax),
    [lines.length === 0 && 'lines', 'must hold one at least (BR-16)'],
    [seller.address?.country == null && 'entity.address.country', 'must be known (BR-9)'],
    [customer.address?.country == null && 'customer.billing.address.country', 'must be known (BR-11)'],
    [
      (taxed || reversed) && vatNumberOf(seller) === null && 'entity.tax_numbers',
      'must hold a VAT number (BR-S-2, BR-AE-2)',
    ],
    [reversed && vatNumberOf(customer) === null && 'customer.billing.tax_numbers', 'must hold a VAT number (BR-AE-2)'],
  ];
  return checks.flatMap(([path, message]) =>
    typeof path === 'string' && typeof message === 'string' ? [{ path, message }] : [],
  );
}
