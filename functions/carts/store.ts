import type { Instant } from '../../lib/runtime/clock.ts';
import type { TenantId } from '../../lib/runtime/tenant.ts';
import type { Cart } from './model.ts';

/** Who may lock a cart: one of the three. */
export interface LockHolder {
  readonly guestTokenHash?: string | null | undefined;
  readonly customerId?: string | null | undefined;
  readonly asStaff?: boolean | null | undefined;
}

export interface LockRequest {
  readonly cartId: string;
  readonly orderId: string;
  readonly holder: LockHolder;
  readonly version: number | undefined;
  readonly now: Instant;
}

/** Two carts that become one: `into` as it is afterwards, both at the versions that were read. */
export interface Absorption {
  readonly into: Cart;
  readonly intoSeen: number;
  readonly from: Cart;
}

export interface CartStore {
  /** Makes the cart, and it the current one of its customer; or says which one is there under its id. */
  create(tenant: TenantId, cart: Cart): Promise<Cart | undefined>;
  find(tenant: TenantId, id: string): Promise<Cart | undefined>;
  /** The cart that the customer made or got last, whatever has become of it. */
  currentOf(tenant: TenantId, customerId: string): Promise<Cart | undefined>;
  /** Keeps an open cart's next version; false when it was changed or closed since `seen`. */
  save(tenant: TenantId, cart: Cart, seen: number): Promise<boolean>;
  /** The same, and it becomes the current cart of its customer. */
  adopt(tenant: TenantId, cart: Cart, seen: number): Promise<boolean>;
  /** Keeps `into` and closes `from`, both or none; false when one of them was changed. */
  absorb(tenant: TenantId, carts: Absorption): Promise<boolean>;
  /** Removes an open cart; false when it was changed or closed since `seen`. */
  remove(tenant: TenantId, id: string, seen: number): Promise<boolean>;
  /** Locks an open, unexpired, complete cart in one write, or says what is there instead. */
  lock(tenant: TenantId, request: LockRequest): Promise<{ locked: Cart } | { refused: Cart | undefined }>;
  /** Opens the cart if this order holds it; in any case the order can never lock it again. */
  unlock(tenant: TenantId, id: string, orderId: string): Promise<void>;
  /** The cart has become this order. */
  close(tenant: TenantId, id: string, orderId: string): Promise<void>;
}
