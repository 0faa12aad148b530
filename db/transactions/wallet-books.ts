/** The rows of wallets and top-ups as activities read and write them, each within a transaction of theirs. */
export { endGrants } from '../queries/credit-grants';
export { insertEvent, insertEvents } from '../queries/events';
export { haltAutomaticTopUps, lockWallet, noteAutomaticTopUps, type StoredWallet } from '../queries/wallets';
export { issueTopUp, lockTopUp, settleTopUp, type StoredTopUp } from '../queries/wallet-top-ups';
