/**
 * The ledger keeps the assignments that text alone does not fix, so that an edit elsewhere moves nothing: object → node, addresses,
 * ports. It is part of the document, saved and shared with it. Keys are referenceKey texts.
 */
export interface LedgerEntry {
  readonly node?: string;
  readonly addresses?: readonly string[];
  readonly nodePorts?: Readonly<Record<string, number>>;
  readonly healthCheckNodePort?: number;
  readonly loadBalancerAddresses?: readonly string[];
  /** What the object asked for when this was assigned, as a hash; absent where the object's name changes with it. */
  readonly fingerprint?: string;
}

export interface Ledger {
  readonly version: 1;
  readonly entries: Readonly<Record<string, LedgerEntry>>;
}

export const emptyLedger: Ledger = { version: 1, entries: {} };
