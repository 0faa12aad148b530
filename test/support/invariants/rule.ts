/** A rule over the rows of one tenant. */
export interface Rule {
  /** What must hold, as a sentence. */
  readonly rule: string;
  /** SQL that answers the rows which break it; $1 is the tenant. */
  readonly rows: string;
}
