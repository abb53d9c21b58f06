/** API Gateway's side of a tenant's quota: an API key of the tenant's in the usage plan of its plan. */
export interface UsagePlans {
  /** The id of a plan's usage plan; undefined while the usage plans are not deployed. */
  planId(plan: string): Promise<string | undefined>;
  /** Makes a key with this name and value. The same again finds it. @returns API Gateway's id of the key */
  register(name: string, value: string): Promise<string>;
  /** Puts a key into a usage plan; it may be there already. */
  attach(planId: string, keyId: string): Promise<void>;
  /** Takes a key out of a usage plan; it may be out already. */
  detach(planId: string, keyId: string): Promise<void>;
}

/** The end of usage keys. */
export interface UsageKeys {
  /** Deletes every key of this name; there may be none. */
  remove(name: string): Promise<void>;
}
