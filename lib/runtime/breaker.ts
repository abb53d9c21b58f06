/**
 * The port through which every call to another domain or provider goes. Today's breaker lets everything pass; the place
 * is kept so that a shared, stored state can be put here without touching a caller.
 */
export type Breaker = <Result>(dependency: string, work: () => Promise<Result>) => Promise<Result>;

export const passThroughBreaker: Breaker = (_dependency, work) => work();
