/** An invoice line in the words of EN 16931 (BG-25). */
import type { DocumentLine } from '../../../domain/document/source';
import { absolute, isNegative, isZero } from '../../../domain/money';
import { day } from './day';
import { type Element, told } from './party';
import { lineCategory } from './vat';

/** "One": a unit without a measure (UN/ECE Recommendation 20). */
const one = 'C62';

const isNothing = (plain: string): boolean => /^-?0(\.0+)?$/.test(plain);

/**
 * Net price and quantity (BT-146, BT-129). The price is that of the whole quantity, told as such (BT-149), because no unit price gives the
 * amount of tiers or of a part of a period; it must not be negative (BR-27), so a credit has a negative quantity.
 */
function priced(line: DocumentLine, price: DocumentLine['amount'], currency: string): Element {
  const size = isNothing(line.quantity) ? '1' : line.quantity.replace('-', '');
  return {
    'cbc:InvoicedQuantity': isNegative(price) ? `-${size}` : size,
    'cbc:InvoicedQuantity@unitCode': one,
    'cac:Price': {
      'cbc:PriceAmount': absolute(price).amount,
      'cbc:PriceAmount@currencyID': currency,
      'cbc:BaseQuantity': size,
      'cbc:BaseQuantity@unitCode': one,
    },
  };
}

/** A discount (BG-27); the one that a credit takes back is a charge (BG-28). */
function reduction({ discount }: DocumentLine, currency: string): Element[] | null {
  if (isZero(discount)) return null;
  return [
    {
      'cbc:ChargeIndicator': String(isNegative(discount)),
      'cbc:AllowanceChargeReason': 'Discount',
      'cbc:Amount': absolute(discount).amount,
      'cbc:Amount@currencyID': currency,
    },
  ];
}

/** @param number of the line, from 1. */
export function lineElement(line: DocumentLine, number: number, zone: string, outOfScope: boolean): Element {
  const { currency } = line.net;
  // Where the price holds the tax, only what is left without it is known without another rounding.
  const showsDiscount = !line.isTaxIncluded || isZero(line.tax);
  const { 'cac:Price': price, ...quantity } = priced(line, showsDiscount ? line.amount : line.net, currency);
  return told({
    'cbc:ID': String(number),
    ...quantity,
    'cbc:LineExtensionAmount': line.net.amount,
    'cbc:LineExtensionAmount@currencyID': currency,
    'cac:InvoicePeriod': {
      'cbc:StartDate': day(line.periodStart, zone),
      'cbc:EndDate': day(Math.max(line.periodStart, line.periodEnd - 1), zone),
    },
    'cac:AllowanceCharge': showsDiscount ? reduction(line, currency) : null,
    'cac:Item': {
      'cbc:Name': line.description,
      'cac:ClassifiedTaxCategory': lineCategory(line, outOfScope),
    },
    'cac:Price': price,
  });
}
