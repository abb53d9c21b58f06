import type { TenantId } from '../../lib/runtime/tenant.ts';
import type { Content } from './contents.ts';

/** A URL to write with, and the bytes that it was signed for. */
export interface Grant {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}
/** An upload as its client knows it. */
export interface ClientUpload {
  readonly tenant: TenantId;
  readonly path: string;
  readonly content: Content;
  /** The Idempotency-Key of its announcement. */
  readonly key: string;
  readonly overwrites: number | undefined;
  /** 0: in one request. */
  readonly parts: number;
  id: string | undefined;
  put: Grant | undefined;
  completed: boolean;
}
