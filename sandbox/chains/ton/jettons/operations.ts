/** Operations of jettons (TEP-74), and the one by which our master mints. */
export const TRANSFER = 0x0f8a7ea5;
export const INTERNAL_TRANSFER = 0x178d4519;
export const TRANSFER_NOTIFICATION = 0x7362d09c;
export const EXCESSES = 0xd53276db;
export const MINT = 0x642b7d07;
